package dev.turnpike.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.turnpike.schemas.event.Calendar;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import java.io.StringReader;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PublishedTest {

    private static final Instant NOW = Instant.parse("2026-06-17T12:00:00Z");

    private static final String OFFER = """
            kind: ModelOffer
            provider: acme
            model: large
            prices: [{effective_from: 2025-01-01, input_usd_per_million: 10, output_usd_per_million: 40}]
            """;
    private static final String POLICY = """
            kind: TeamPolicy
            team: search
            budgets: [{name: month, scope: team, period: month, limit_usd: 10}]
            """;

    @Test
    void shouldFindEverythingNewOnAnEmptyCluster() {
        List<Change> changes = Published.of(List.of()).changes(read(OFFER + "---\n" + POLICY), false, NOW);

        assertThat(changes).extracting(Change::sign).containsExactly('+', '+');
    }

    @Test
    void shouldNameWhatChangesKeyByKey() {
        // given
        Published published = Published.of(read(POLICY));
        String changed = POLICY.replace("limit_usd: 10", "limit_usd: 20, alert_at: [50]");

        // when
        List<Change> changes = published.changes(read(changed + "timezone: Europe/Berlin\n"), false, NOW);

        // then
        assertThat(changes).singleElement().satisfies(change -> {
            assertThat(change.sign()).isEqualTo('~');
            assertThat(change.details())
                    .containsExactly(
                            "+ budgets[month].alert_at: [50]",
                            "~ budgets[month].limit_usd: 10 -> 20",
                            "+ timezone: Europe/Berlin");
        });
    }

    @Test
    void shouldKeepAPriceThatIsCorrectedAndGiveTheOtherAVersionOfItsOwn() {
        Published published = Published.of(read(OFFER));
        String corrected = OFFER.replace("input_usd_per_million: 10", "input_usd_per_million: 9");

        List<Change> changes = published.changes(read(corrected), false, NOW);

        assertThat(changes).singleElement().satisfies(change -> {
            assertThat(change.details())
                    .containsExactly(
                            "~ prices[2025-01-01].input_usd_per_million: 10 -> 9",
                            "~ prices[2025-01-01].version: acme/large@2025-01-01 -> acme/large@2025-01-01#2");
            assertThat(((ModelOffer) change.document().value()).getPrices())
                    .extracting(Price::getVersion, Price::getRecordedAt, Price::getSupersededAt)
                    .containsExactly(
                            tuple("acme/large@2025-01-01#2", NOW.toEpochMilli(), null),
                            tuple("acme/large@2025-01-01", 0L, NOW.toEpochMilli()));
        });
        // the same file again changes nothing
        Published then = Published.of(List.of(changes.get(0).document()));
        assertThat(then.changes(read(corrected), false, NOW))
                .extracting(Change::sign)
                .containsExactly('=');
        // a version is never used again, and no two changes are recorded at one instant
        assertThat(((ModelOffer) then.changes(read(OFFER), false, NOW)
                                .get(0)
                                .document()
                                .value())
                        .getPrices())
                .extracting(Price::getVersion, Price::getRecordedAt)
                .contains(tuple("acme/large@2025-01-01#3", NOW.toEpochMilli() + 1));
    }

    @Test
    void shouldLeaveWhatIsPublishedAlone() {
        assertThat(Published.of(read(OFFER)).changes(read(OFFER), false, NOW))
                .extracting(Change::sign)
                .containsExactly('=');
    }

    @Test
    void shouldWithdrawWhatIsNotInTheFilesOnlyIfTold() {
        Published published = Published.of(read(OFFER + "---\n" + POLICY));

        assertThat(published.changes(read(OFFER), false, NOW))
                .extracting(Change::sign)
                .containsExactly('=');
        assertThat(published.changes(read(OFFER), true, NOW))
                .extracting(change -> change.sign() + " " + change.document())
                .containsExactly("= ModelOffer acme/large", "- TeamPolicy search");
    }

    @Test
    void shouldRefuseAnAliasOfAnUnknownOffer() {
        List<Document> alias = read("{kind: Alias, alias: best, target: acme/larger}");

        assertThatThrownBy(() -> Published.of(read(OFFER)).changes(alias, false, NOW))
                .hasMessage("Alias best: target=acme/larger: is not known; apply a ModelOffer of that name");
    }

    @Test
    void shouldRefuseToWithdrawWhatAPolicyRefersTo() {
        Published published = Published.of(read(OFFER));
        List<Document> policy = read(POLICY + "routing: {default_model: large}\n");

        assertThat(published.changes(policy, false, NOW)).hasSize(1);
        assertThatThrownBy(() -> published.changes(policy, true, NOW))
                .hasMessageContaining("routing.default_model=large: is not known");
    }

    @Test
    void shouldRefuseAPolicyOfAnUnknownOrg() {
        assertThatThrownBy(() -> Published.of(List.of()).changes(read(POLICY + "org: acme\n"), false, NOW))
                .hasMessage("TeamPolicy search: org=acme: is not known; apply an Org of that name");
    }

    @Test
    void shouldKeepTheCalendarThatAZoneChangeComesInto() {
        Published published = Published.of(read(OFFER + "---\n" + POLICY));

        List<Change> changes = published.changes(read(POLICY + "timezone: Europe/Berlin\n"), false, NOW);

        var policy = (TeamPolicy) changes.get(0).document().value();
        assertThat(policy.getEarlier()).containsExactly(new Calendar("UTC", "monday", NOW.toEpochMilli()));
    }

    @Test
    void shouldKeepTheCalendarOfTheDefaultPolicyForATeamThatGetsItsOwn() {
        Published published = Published.of(read(OFFER + "---\nkind: TeamPolicy\nteam: '*'\ntimezone: Asia/Tokyo\n"));

        List<Change> changes = published.changes(read(POLICY), false, NOW);

        var policy = (TeamPolicy) changes.get(0).document().value();
        assertThat(policy.getEarlier()).containsExactly(new Calendar("Asia/Tokyo", "monday", NOW.toEpochMilli()));
    }

    private static List<Document> read(String text) {
        return DocumentReader.read(new StringReader(text), "test.yaml");
    }
}
