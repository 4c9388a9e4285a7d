package dev.turnpike.cli.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PublishedTest {

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
        List<Change> changes = Published.of(List.of()).changes(read(OFFER + "---\n" + POLICY), false);

        assertThat(changes).extracting(Change::sign).containsExactly('+', '+');
    }

    @Test
    void shouldNameWhatChangesKeyByKey() {
        // given
        Published published = Published.of(read(POLICY));
        String changed = POLICY.replace("limit_usd: 10", "limit_usd: 20, alert_at: [50]");

        // when
        List<Change> changes = published.changes(read(changed + "timezone: Europe/Berlin\n"), false);

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
    void shouldLeaveWhatIsPublishedAlone() {
        assertThat(Published.of(read(OFFER)).changes(read(OFFER), false))
                .extracting(Change::sign)
                .containsExactly('=');
    }

    @Test
    void shouldWithdrawWhatIsNotInTheFilesOnlyIfTold() {
        Published published = Published.of(read(OFFER + "---\n" + POLICY));

        assertThat(published.changes(read(OFFER), false))
                .extracting(Change::sign)
                .containsExactly('=');
        assertThat(published.changes(read(OFFER), true))
                .extracting(change -> change.sign() + " " + change.document())
                .containsExactly("= ModelOffer acme/large", "- TeamPolicy search");
    }

    @Test
    void shouldRefuseAnAliasOfAnUnknownOffer() {
        List<Document> alias = read("{kind: Alias, alias: best, target: acme/larger}");

        assertThatThrownBy(() -> Published.of(read(OFFER)).changes(alias, false))
                .hasMessage("Alias best: target=acme/larger: is not known; apply a ModelOffer of that name");
    }

    @Test
    void shouldRefuseToWithdrawWhatAPolicyRefersTo() {
        Published published = Published.of(read(OFFER));
        List<Document> policy = read(POLICY + "routing: {default_model: large}\n");

        assertThat(published.changes(policy, false)).hasSize(1);
        assertThatThrownBy(() -> published.changes(policy, true))
                .hasMessageContaining("routing.default_model=large: is not known");
    }

    @Test
    void shouldRefuseAPolicyOfAnUnknownOrg() {
        assertThatThrownBy(() -> Published.of(List.of()).changes(read(POLICY + "org: acme\n"), false))
                .hasMessage("TeamPolicy search: org=acme: is not known; apply an Org of that name");
    }

    private static List<Document> read(String text) {
        return DocumentReader.read(new StringReader(text), "test.yaml");
    }
}
