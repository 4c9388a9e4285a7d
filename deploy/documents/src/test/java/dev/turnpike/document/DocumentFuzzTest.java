package dev.turnpike.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.Damage;
import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a file of documents holds: it is read, or refused in one line that names the file. */
class DocumentFuzzTest {

    private static final int EACH = 500;
    private static final List<String> DOCUMENTS = List.of("""
            kind: TeamPolicy
            team: search
            timezone: America/Los_Angeles
            week_start: monday
            budgets:
              - {name: team-month, scope: team, period: month, limit_usd: 5000, enforcement: hard, alert_at: [50, 80, 100]}
              - {name: tagged, scope: "tag:env", period: week, limit_tokens: 200, enforcement: soft}
            routing: {quality_floor: 0.7, economy_floor: 0.5, economy_at: 80, downgrade: true, allow: ["*"], deny: [], explore: 0.02}
            """, """
            kind: ModelOffer
            provider: openai
            model: gpt-5
            context_tokens: 272000
            tools: true
            quality: {"*": 0.867}
            latency_ms: 118700
            prices:
              - effective_from: 2026-08-06
                input_usd_per_million: 1.25
                output_usd_per_million: 10
                cache_read_usd_per_million: 0.125
            """, """
            kind: Org
            org: acme
            timezone: Europe/Berlin
            budgets: [{name: all, scope: org, period: month, limit_usd: 1}]
            ---
            kind: Alias
            alias: fast
            target: openai/gpt-5
            """);

    static IntStream seeds() {
        return Damage.seeds(EACH);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldReadOrRefuseInOneLine(int seed) {
        Damage damage = new Damage(seed);
        int read = 0;
        for (int i = 0; i < EACH; i++) {
            String text = damage.of(DOCUMENTS.get(damage.random().nextInt(DOCUMENTS.size())));
            try {
                DocumentReader.read(new StringReader(text), "file.yaml");
                read++;
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage())
                        .as("seed %d: %s", seed, text)
                        .startsWith("file.yaml")
                        .hasLineCount(1);
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
        }
        assertThat(read).as("seed %d: some are still whole", seed).isBetween(1, EACH - 1);
    }
}
