package dev.turnpike.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.RequestSignature;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DocumentReaderTest {

    private static final String OFFER = """
            kind: ModelOffer
            provider: acme
            model: large
            context_tokens: 200_000
            tools: true
            regions: [eu, us]
            quality: {code: 0.769, "*": 0.5}
            quality_source: a benchmark
            prices:
              - effective_from: 2025-06-10
                input_usd_per_million: 2
                output_usd_per_million: 8.000000001
                cache_read_usd_per_million: 0.5
                service_tiers: {flex: 0.5, priority: 1.75}
                tiers:
                  - {above_input_tokens: 128000, input_usd_per_million: 4}
              - effective_from: 2025-01-01T12:00:00Z
                version: launch
                input_usd_per_million: 10
                output_usd_per_million: 40
            """;

    private static final String POLICY = """
            kind: TeamPolicy
            team: search
            timezone: America/Los_Angeles
            week_start: sunday
            budgets:
              - {name: team-month, scope: team, period: month, limit_usd: 5000.000000001, enforcement: hard, alert_at: [50, 80]}
              - {name: per-employee, scope: user, period: week, limit_tokens: 1000000, enforcement: soft}
              - {name: per-ticket, scope: "tag:ticket", period: total, limit_requests: 30}
            routing: {quality_floor: 0.7, economy_floor: 0.5, economy_at: 80, task_floors: {review: 0.8}, deny: ["xai/*"]}
            hold_ttl: 90s
            on_expiry: release
            """;

    @Test
    void shouldReadTheKeysThatSignForATeam() {
        String key = RequestSignature.text(RequestSignature.newKeys().getPublic());
        TeamPolicy policy = (TeamPolicy) read("kind: TeamPolicy\nteam: search\nsigning_keys: [" + key + "]\n")
                .get(0)
                .value();

        assertThat(policy.getSigningKeys()).containsExactly(key);
    }

    @Test
    void shouldRefuseKeysThatAreNoneAndKeysForAllTeams() {
        String key = RequestSignature.text(RequestSignature.newKeys().getPublic());

        assertThatThrownBy(() -> read("kind: TeamPolicy\nteam: search\nsigning_keys: [AAAA]\n"))
                .hasMessageContaining("signing_keys")
                .hasMessageContaining("must be an Ed25519 public key");
        assertThatThrownBy(() -> read("kind: TeamPolicy\nteam: '*'\nsigning_keys: [" + key + "]\n"))
                .hasMessageContaining("give them in the policy of that team");
    }

    @Test
    void shouldReadPricesExactlyAndByDate() {
        ModelOffer offer = (ModelOffer) read(OFFER).get(0).value();

        Price first = offer.getPrices().get(0);
        assertThat(first.getVersion()).isEqualTo("acme/large@2025-06-10");
        assertThat(first.getEffectiveFrom())
                .isEqualTo(Instant.parse("2025-06-10T00:00:00Z").toEpochMilli());
        assertThat(first.getInput()).isEqualTo(2_000_000_000L);
        assertThat(first.getOutput()).isEqualTo(8_000_000_001L);
        assertThat(first.getCacheRead()).isEqualTo(500_000_000L);
        assertThat(first.getCacheWrite5m()).isNull();
        assertThat(first.getServiceTierPpm()).containsEntry("flex", 500_000L).containsEntry("priority", 1_750_000L);
        assertThat(first.getTiers()).singleElement().satisfies(tier -> {
            assertThat(tier.getAboveInputTokens()).isEqualTo(128_000);
            assertThat(tier.getInput()).isEqualTo(4_000_000_000L);
            assertThat(tier.getOutput()).isNull();
        });
        assertThat(offer.getPrices().get(1).getVersion()).isEqualTo("launch");
        assertThat(offer.getContextTokens()).isEqualTo(200_000);
        assertThat(offer.getQuality()).containsEntry("*", 0.5);
    }

    @Test
    void shouldReadEveryKindOfLimit() {
        TeamPolicy policy = (TeamPolicy) read(POLICY).get(0).value();

        assertThat(policy.getBudgets().get(0).getLimitNanoUsd()).isEqualTo(5_000_000_000_001L);
        assertThat(policy.getBudgets().get(0).getAlertAt()).containsExactly(50, 80);
        assertThat(policy.getBudgets().get(1).getLimitTokens()).isEqualTo(1_000_000);
        assertThat(policy.getBudgets().get(1).getEnforcement()).isEqualTo("soft");
        assertThat(policy.getBudgets().get(2).getLimitRequests()).isEqualTo(30);
        assertThat(policy.getBudgets().get(2).getEnforcement()).isEqualTo("hard");
        assertThat(policy.getRouting().getTaskFloors()).containsEntry("review", 0.8);
        assertThat(policy.getRouting().getOutputCap()).isEqualTo(4096);
        assertThat(policy.getHoldTtlMs()).isEqualTo(90_000);
        assertThat(policy.getVersion()).hasSize(12);
    }

    @Test
    void shouldReadSeveralDocumentsOfOneFile() {
        List<Document> documents = read(OFFER + "---\n" + POLICY + """
                ---
                {kind: Alias, alias: best, target: acme/large}
                ---
                kind: Org
                org: acme-inc
                timezone: Europe/Berlin
                budgets: [{name: all, scope: org, period: month, limit_usd: 9}]
                """);

        assertThat(documents)
                .map(Document::toString)
                .containsExactly("ModelOffer acme/large", "TeamPolicy search", "Alias best", "Org acme-inc");
    }

    @ParameterizedTest
    @ValueSource(strings = {OFFER, POLICY})
    void shouldWriteADocumentSoThatItReadsBackTheSame(String text) {
        Document document = read(text).get(0);

        assertThat(read(DocumentText.yaml(document))).containsExactly(document);
    }

    @Test
    void shouldGiveTheSameVersionToTheSamePolicyOnly() {
        String version = ((TeamPolicy) read(POLICY).get(0).value()).getVersion();

        assertThat(((TeamPolicy) read(POLICY).get(0).value()).getVersion()).isEqualTo(version);
        assertThat(((TeamPolicy) read(POLICY.replace("0.7", "0.71")).get(0).value()).getVersion())
                .isNotEqualTo(version);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "team-month            | limit_usd: 5000.000000001 | limit_usd: 0.0000000001 | budgets[0].limit_usd=0.0000000001: must be a decimal amount of dollars with at most 9 places",
                "no limit              | limit_usd: 5000.000000001, | ''                      | budgets[0].name=team-month: has 0 limits; give exactly one of limit_usd",
                "two limits            | limit_requests: 30        | limit_requests: 30, limit_usd: 1 | budgets[2].name=per-ticket: has 2 limits",
                "unknown key           | limit_tokens              | limit_token             | budgets[1].limit_token: is unknown; known here are name, scope, period, limit_usd",
                "unknown scope         | scope: user               | scope: users            | budgets[1].scope=users: must be team, user, task, model or tag:NAME",
                "unknown period        | period: week              | period: fortnight       | budgets[1].period=fortnight: must be hour, day, week, month or total",
                "unknown enforcement   | enforcement: soft         | enforcement: firm       | budgets[1].enforcement=firm: must be hard or soft",
                "unknown zone          | America/Los_Angeles       | Mars/Olympus            | timezone=Mars/Olympus: must be an IANA time zone",
                "unknown day           | week_start: sunday        | week_start: Sunday      | week_start=Sunday: must be monday",
                "threshold             | [50, 80]                  | [50, eighty]            | budgets[0].alert_at[1]=eighty: must be a whole number from 1 to 1000",
                "threshold twice       | [50, 80]                  | [50, 50]                | budgets[0].alert_at: a threshold is given twice",
                "floor                 | quality_floor: 0.7        | quality_floor: 70       | routing.quality_floor=70: must be a number from 0 to 1",
                "economy above quality | economy_floor: 0.5        | economy_floor: 0.8      | routing.economy_floor=0.8: must not be above quality_floor=0.7",
                "duration              | hold_ttl: 90s             | hold_ttl: soon          | hold_ttl=soon: must be a duration of at least 1s",
                "no team               | team: search              | team:                   | team: is missing",
                "same budget twice     | scope: user, period: week, limit_tokens: 1000000, enforcement: soft | scope: team, period: month, limit_usd: 1 | budgets[1].name=per-employee: budget team-month has the same scope, period, unit and enforcement",
            })
    void shouldRefuseAPolicyNamingKeyValueAndCure(String what, String right, String wrong, String message) {
        assertThatThrownBy(() -> read(POLICY.replace(right, wrong)))
                .as(what)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("(?s)test.yaml:\\d+: document 1: .*")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "provider: acme                 | provider: ac/me               | provider=ac/me: must not contain a slash",
                "input_usd_per_million: 2       | input_usd_per_million: -2     | prices[0].input_usd_per_million=-2: must not be negative",
                "input_usd_per_million: 10      | input_usd_per_million: ten    | prices[1].input_usd_per_million=ten: must be a decimal amount",
                "effective_from: 2025-06-10     | effective_from: 10.06.2025    | prices[0].effective_from=10.06.2025: must be a date such as 2025-08-07",
                "effective_from: 2025-06-10     | effective_from: 2025-01-01T12:00:00Z | prices[1].effective_from=2025-01-01T12:00:00Z: another price of this offer starts then",
                "flex: 0.5                      | flex: 0                       | prices[0].service_tiers.flex=0: must be greater than 0",
                "code: 0.769                    | code: 76.9                    | quality.code=76.9: must be a number from 0 to 1",
                "tools: true                    | tools: maybe                  | tools=maybe: must be true or false",
                "output_usd_per_million: 40     | ''                            | prices[1].output_usd_per_million: is missing",
                "above_input_tokens: 128000     | above_input_tokens: 0         | prices[0].tiers[0].above_input_tokens=0: must be at least 1",
            })
    void shouldRefuseAnOfferNamingKeyValueAndCure(String right, String wrong, String message) {
        assertThatThrownBy(() -> read(OFFER.replace(right, wrong)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kind: Team                            | kind=Team: must be one of ModelOffer, Alias, Org, TeamPolicy",
                "just text                             | must be a mapping of keys to values",
                "{kind: Alias, alias: a, target: model} | target=model: must be an offer as provider/model",
                "{kind: Alias, alias: a, alias: b}     | alias: is given twice",
                "{kind: Alias                          | is not YAML",
            })
    void shouldRefuseWhatIsNoDocument(String text, String message) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("test.yaml:")
                .hasMessageContaining(message);
    }

    @Test
    void shouldRefuseADocumentThatIsThereTwice(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("a.yaml"), POLICY);
        Files.writeString(folder.resolve("b.yml"), POLICY);

        assertThatThrownBy(() -> DocumentReader.read(folder))
                .hasMessageContaining(
                        "b.yml:1: document 1: kind=TeamPolicy: TeamPolicy search is also document 1 of a.yaml");
    }

    @Test
    void shouldRefuseAFolderWithoutFiles(@TempDir Path folder) {
        assertThatThrownBy(() -> DocumentReader.read(folder)).hasMessageContaining("has no .yaml or .yml file");
    }

    private static List<Document> read(String text) {
        return DocumentReader.read(new StringReader(text), "test.yaml");
    }
}
