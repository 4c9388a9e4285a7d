package dev.turnpike.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cli.demo.Trace;
import dev.turnpike.cli.prices.ListFormat;
import dev.turnpike.cli.prices.PriceList;
import dev.turnpike.cli.publish.Intake;
import dev.turnpike.cli.publish.JsonLines;
import dev.turnpike.cluster.Damage;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a file holds that is imported or published: it is taken, or refused in one line that names the file. */
class ImportFuzzTest {

    static {
        TrustedEvents.register();
    }

    private static final int EACH = 500;
    private static final Map<ListFormat, String> LISTS =
            Map.of(ListFormat.LITELLM, """
            {"acme/large": {"litellm_provider": "acme", "mode": "chat", "max_input_tokens": 1000000, "max_output_tokens": 64000,
              "supports_vision": true, "input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05,
              "cache_read_input_token_cost": 3e-07, "input_cost_per_token_above_200k_tokens": 6e-06, "input_cost_per_token_flex": 1.5e-06}}
            """, ListFormat.OPENROUTER, """
            {"data": [{"id": "acme/large", "context_length": 200000, "architecture": {"input_modalities": ["text", "image"]},
              "supported_parameters": ["tools"], "top_provider": {"max_completion_tokens": 64000},
              "pricing": {"prompt": "0.000003", "completion": "0.000015", "request": "0", "input_cache_read": "0.0000003"}}]}
            """, ListFormat.GENAI_PRICES, """
            [{"id": "acme", "models": [{"id": "large", "context_window": 200000, "match": {"equals": "large"}, "prices": [
              {"prices": {"input_mtok": 3, "output_mtok": {"base": 15, "tiers": [{"start": 200000, "price": 20}]}}},
              {"constraint": {"start_date": "2026-01-01"}, "prices": {"input_mtok": 2, "output_mtok": 10}}]}]}]
            """);
    private static final String TRACE = """
            TIMESTAMP,ContextTokens,GeneratedTokens
            2023-11-16 18:17:03.9799600,4808,10
            2023-11-16 18:17:04.0319600,3180,8
            """;
    private static final Map<Intake, String> EVENTS = Map.of(
            Intake.REQUESTS,
            "{\"request_id\":\"r1\",\"team\":\"search\",\"tags\":{\"a\":\"b\"},\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}\n",
            Intake.CANCELLATIONS,
            "{\"request_id\":\"r1\",\"team\":\"search\",\"reason\":\"stopped\"}\n",
            Intake.USAGE,
            "{\"usage_id\":\"u1\",\"source\":\"s\",\"team\":\"search\",\"model\":\"m\",\"occurred_at\":1,\"output_tokens\":5}\n",
            Intake.OUTCOMES,
            "{\"request_id\":\"r1\",\"team\":\"search\",\"score\":0.5,\"passed\":true}\n");

    @TempDir
    private Path folder;

    private interface Reader {

        void read(Path file);
    }

    static IntStream seeds() {
        return Damage.seeds(EACH);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldReadPriceListsOrRefuseThemInOneLine(int seed) throws IOException {
        Damage damage = new Damage(seed);
        int taken = 0;
        for (int i = 0; i < EACH; i++) {
            ListFormat format = damage.oneOf(ListFormat.values());
            taken += tries(seed, damage.of(LISTS.get(format)), file -> {
                PriceList list = PriceList.read(file, format);
                for (ModelOffer offer : list.select(id -> true, 0).offers()) {
                    assertThat(offer.getPrices()).isNotEmpty().allSatisfy(ImportFuzzTest::assertThatNothingIsPaidBack);
                }
            });
        }
        assertThat(taken).as("seed %d: some are still whole", seed).isBetween(1, EACH - 1);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldReadTracesAndEventsOrRefuseThemInOneLine(int seed) throws IOException {
        Damage damage = new Damage(seed);
        int taken = 0;
        for (int i = 0; i < EACH; i++) {
            if (damage.random().nextInt(3) == 0) {
                taken += tries(seed, damage.of(TRACE), file -> Trace.named(file.toString()));
            } else {
                Intake intake = damage.oneOf(Intake.values());
                String lines = damage.of(EVENTS.get(intake).repeat(2));
                taken += tries(seed, lines, file -> new JsonLines(file, intake).each(event -> {}));
            }
        }
        assertThat(taken).as("seed %d: some are still whole", seed).isBetween(1, EACH - 1);
    }

    private int tries(int seed, String text, Reader reader) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), text.replaceAll("[\uD800-\uDFFF]", "?"));
        try {
            reader.read(file);
            return 1;
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage())
                    .as("seed %d: %s", seed, text)
                    .contains(file.toString())
                    .hasLineCount(1);
            return 0;
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("seed " + seed + ": " + text, e);
        }
    }

    private static void assertThatNothingIsPaidBack(Price price) {
        assertThat(List.of(price.getInput(), price.getOutput(), price.getPerRequest()))
                .allMatch(nanos -> nanos >= 0);
    }
}
