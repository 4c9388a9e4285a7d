package dev.turnpike.cli.prices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.PriceTier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceListTest {

    static {
        TrustedEvents.register();
    }

    private static final long FROM = at("2026-11-22");
    private static final long NANOS = 1_000_000_000;

    @TempDir
    Path folder;

    @Test
    void shouldTakePricesPerTokenOfLitellmExactly() throws IOException {
        ModelOffer offer = only(ListFormat.LITELLM, """
                {"sample_spec": {"mode": "one of: chat, embedding", "max_input_tokens": "if it is known"},
                 "acme/large": {
                   "litellm_provider": "acme", "mode": "chat", "max_input_tokens": 1000000, "max_output_tokens": 64000,
                   "supports_function_calling": true, "supports_vision": true, "supports_response_schema": true,
                   "input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05,
                   "cache_read_input_token_cost": 3e-07, "cache_creation_input_token_cost": 3.75e-06,
                   "cache_creation_input_token_cost_above_1hr": 6e-06, "input_cost_per_request": 0.005,
                   "output_cost_per_reasoning_token": 0.000000000000001,
                   "input_cost_per_token_above_200k_tokens": 6e-06, "output_cost_per_token_above_200k_tokens": 2.25e-05,
                   "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 1.2e-05}}
                """);

        assertThat(offer)
                .isEqualTo(ModelOffer.newBuilder()
                        .setProvider("acme")
                        .setModel("large")
                        .setContextTokens(1_000_000L)
                        .setMaxOutputTokens(64_000L)
                        .setTools(true)
                        .setVision(true)
                        .setJson(true)
                        .setPrices(List.of(Price.newBuilder()
                                .setVersion("acme/large@2026-11-22")
                                .setEffectiveFrom(FROM)
                                .setInput(3 * NANOS)
                                .setOutput(15 * NANOS)
                                .setCacheRead(300_000_000L)
                                .setCacheWrite5m(3_750_000_000L)
                                .setCacheWrite1h(6 * NANOS)
                                .setReasoning(1L)
                                .setPerRequest(5_000_000)
                                .setTiers(List.of(PriceTier.newBuilder()
                                        .setAboveInputTokens(200_000)
                                        .setInput(6 * NANOS)
                                        .setOutput(22_500_000_000L)
                                        .setCacheWrite1h(12 * NANOS)
                                        .build()))
                                .build()))
                        .build());
    }

    @Test
    void shouldTakeAServiceTierThatIsOneFactorAndLeaveOutAnotherOne() throws IOException {
        ModelOffer offer = only(ListFormat.LITELLM, """
                {"large": {
                   "litellm_provider": "acme", "mode": "chat", "deprecation_date": "2026-11-22",
                   "input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05, "cache_read_input_token_cost": 3e-07,
                   "input_cost_per_token_flex": 1.5e-06, "output_cost_per_token_flex": 7.5e-06,
                   "cache_read_input_token_cost_flex": 1.5e-07,
                   "input_cost_per_token_batches": 1.5e-06, "output_cost_per_token_batches": 7.5e-06,
                   "input_cost_per_token_priority": 6e-06, "output_cost_per_token_priority": 2e-05,
                   "cache_read_input_token_cost_priority": 6e-07}}
                """);

        // batches does not say what the cache costs, and priority has two factors
        assertThat(offer.getPrices().get(0).getServiceTierPpm()).isEqualTo(Map.of("flex", 500_000L));
        assertThat(offer.getStatus()).as("its last day has come").isEqualTo("off");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"mode\": \"embedding\"                                           | mode other than chat",
                "\"output_cost_per_token\": null                                   | no price per token for both input and output",
                "\"input_cost_per_token\": -3e-06                                  | negative price",
                "\"input_cost_per_token\": 3.0000000001e-06                        | price finer than a nano-dollar per million tokens, or beyond counting",
                "\"input_cost_per_token\": 1e999999999                             | price finer than a nano-dollar per million tokens, or beyond counting",
                "\"input_cost_per_token\": \"cheap\"                               | price or context length that is no number",
                "\"input_cost_per_token\": 0, \"output_cost_per_token\": 0         | price of 0, which the list also has where it knows none",
                "\"input_cost_per_token_above_dusk\": 1e-06                        | tiers of unknown shape",
                "\"input_cost_per_token_above_1hr\": 1e-06                         | tiers of unknown shape",
                "\"tiered_pricing\": []                                            | tiers of unknown shape",
                "\"litellm_provider\": \"a/b\"                                     | no provider, or a name that no offer may have",
            })
    void shouldSayWhyAModelOfLitellmIsSkipped(String fields, String reason) throws IOException {
        PriceList.Selection list = read(ListFormat.LITELLM, """
                {"large": {"litellm_provider": "acme", "mode": "chat",
                   "input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05, %s}}
                """.formatted(fields));

        assertThat(list).isEqualTo(new PriceList.Selection(1, List.of(), Map.of(reason, 1)));
    }

    @Test
    void shouldNotChooseBetweenTwoPricesOfAnOffer() throws IOException {
        String model = "{\"litellm_provider\": \"%s\", \"mode\": \"chat\", \"input_cost_per_token\": %s,"
                + " \"output_cost_per_token\": 1e-05}";
        PriceList.Selection list = read(
                ListFormat.LITELLM,
                "{\"one\": " + model.formatted("acme", "1e-06") + ", \"acme/one\": " + model.formatted("acme", "2e-06")
                        + ", \"two\": " + model.formatted("acme", "1e-06") + ", \"acme/two\": "
                        + model.formatted("acme", "0.000001") + ", \"cloud/two\": "
                        + model.formatted("cloud-acme_models", "1e-06") + "}");

        assertThat(list.offers())
                .extracting(ModelOffer::getProvider, ModelOffer::getModel)
                .containsExactly(tuple("acme", "two"), tuple("cloud", "two"));
        assertThat(list.skipped())
                .isEqualTo(Map.of("listed more than once", 2, "listed more than once, with different prices", 1));
    }

    @Test
    void shouldTakeTheAnswerOfOpenRouter() throws IOException {
        PriceList.Selection list = read(ListFormat.OPENROUTER, """
                {"data": [
                  {"id": "acme/large", "context_length": 400000,
                   "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
                   "top_provider": {"max_completion_tokens": 128000},
                   "supported_parameters": ["tools", "response_format"],
                   "pricing": {"prompt": "0.00000125", "completion": "0.00001", "request": "0.01", "internal_reasoning": "0",
                     "input_cache_read": "0.000000125", "input_cache_write": "0.0000015", "web_search": "0.01"}},
                  {"id": "acme/small:free", "pricing": {"prompt": "0", "completion": "0"}},
                  {"id": "openrouter/auto", "pricing": {"prompt": "-1", "completion": "-1"}},
                  {"id": "acme/long", "pricing": {"prompt": "1e-6", "completion": "1e-6",
                     "overrides": [{"min_prompt_tokens": 200000, "prompt": "2e-6"}]}},
                  {"id": "acme/cheap", "pricing": {"prompt": "1e-6", "completion": "1e-6", "discount": 0.5}},
                  {"id": "acme/paint", "architecture": {"output_modalities": ["image"]},
                   "pricing": {"prompt": "1e-6", "completion": "1e-6"}}]}
                """);

        ModelOffer offer = list.offers().get(0);
        assertThat(offer.getProvider()).isEqualTo("openrouter");
        assertThat(offer.getModel()).isEqualTo("acme/large");
        assertThat(offer.getContextTokens()).isEqualTo(400_000);
        assertThat(offer.getMaxOutputTokens()).isEqualTo(128_000);
        assertThat(List.of(offer.getTools(), offer.getVision(), offer.getJson()))
                .containsOnly(true);
        assertThat(offer.getPrices())
                .containsExactly(Price.newBuilder()
                        .setVersion("openrouter/acme/large@2026-11-22")
                        .setEffectiveFrom(FROM)
                        .setInput(1_250_000_000)
                        .setOutput(10 * NANOS)
                        .setCacheRead(125_000_000L)
                        .setCacheWrite5m(1_500_000_000L)
                        .setPerRequest(10_000_000)
                        .build());
        assertThat(list.offers()).extracting(ModelOffer::getModel).containsExactly("acme/large", "acme/small:free");
        assertThat(list.skipped())
                .isEqualTo(Map.of(
                        "negative price",
                        1,
                        "tiers of unknown shape",
                        1,
                        "discount",
                        1,
                        "answers that are no text",
                        1));
    }

    @Test
    void shouldTakeDatedPricesAndTiersOfGenaiPrices() throws IOException {
        PriceList.Selection list = read(ListFormat.GENAI_PRICES, """
                [{"id": "acme", "models": [
                  {"id": "dated", "context_window": 200000, "prices": [
                    {"prices": {"input_mtok": 2, "output_mtok": 10}},
                    {"constraint": {"start_date": "2026-12-01"}, "prices": {"input_mtok": 3, "output_mtok": 15}}]},
                  {"id": "past", "deprecated": true, "prices": [
                    {"prices": {"input_mtok": 2, "output_mtok": 10}},
                    {"constraint": {"start_date": "2026-03-13"}, "prices": {"input_mtok": 3, "output_mtok": 15}}]},
                  {"id": "tiered", "prices": {
                    "input_mtok": {"base": 1.25, "tiers": [{"start": 128000, "price": 2.5}, {"start": 256000, "price": 5}]},
                    "output_mtok": {"base": 10, "tiers": [{"start": 128000, "price": 15}]},
                    "cache_read_mtok": 0.125, "requests_kcount": 5}},
                  {"id": "nightly", "prices": [
                    {"prices": {"input_mtok": 2, "output_mtok": 10}},
                    {"constraint": {"start_time": "00:30:00Z", "end_time": "16:30:00Z"}, "prices": {}}]},
                  {"id": "embed", "prices": {"input_mtok": 0.1}}]}]
                """);

        assertThat(list.offers())
                .extracting(ModelOffer::getModel, ModelOffer::getStatus, PriceListTest::dates)
                .containsExactly(
                        tuple("dated", "active", "2@2026-11-22 3@2026-12-01"),
                        // what was in force before March is past
                        tuple("past", "off", "3@2026-03-13"),
                        tuple("tiered", "active", "1@2026-11-22"));
        Price tiered = list.offers().get(2).getPrices().get(0);
        assertThat(tiered.getPerRequest()).isEqualTo(5_000_000);
        assertThat(tiered.getTiers())
                .containsExactly(
                        PriceTier.newBuilder()
                                .setAboveInputTokens(128_000)
                                .setInput(2_500_000_000L)
                                .setOutput(15 * NANOS)
                                .build(),
                        // output has no tier of its own here and keeps the one below
                        PriceTier.newBuilder()
                                .setAboveInputTokens(256_000)
                                .setInput(5 * NANOS)
                                .setOutput(15 * NANOS)
                                .build());
        assertThat(list.skipped())
                .isEqualTo(Map.of(
                        "price that depends on something else than a date, such as the time of day", 1,
                        "no price per token for both input and output", 1));
    }

    @Test
    void shouldReadOnlyWhatIsAskedFor() throws IOException {
        String list = """
                [{"id": "acme", "models": [{"id": "a", "prices": {"input_mtok": 1, "output_mtok": 1}}, {"id": "b"}]}]
                """;

        // b has no price, but nobody asked
        assertThat(read(ListFormat.GENAI_PRICES, list, "acme/a"))
                .extracting(PriceList.Selection::models, PriceList.Selection::skipped)
                .containsExactly(1, Map.of());
        assertThat(read(ListFormat.GENAI_PRICES, list, "other/a").models()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LITELLM      | {\"a\": {},{         | list.json:1: is not JSON: ",
                "LITELLM      | []                   | list.json: is no list of litellm: must be an object of models by name",
                "LITELLM      | {\"a\": 1}           | list.json: is no list of litellm: a: must be an object, the fields of a model",
                "OPENROUTER   | {\"a\": {}}          | list.json: is no list of openrouter: must be an object with data, a list of models",
                "OPENROUTER   | {\"data\": [{}]}     | list.json: is no list of openrouter: data[0].id: must be a text, the name of the model",
                "GENAI_PRICES | {}                   | list.json: is no list of genai-prices: must be a list of providers",
                "GENAI_PRICES | [{\"id\": \"acme\"}] | list.json: is no list of genai-prices: acme.models: must be a list of models",
            })
    void shouldNameThePlaceThatIsNotAsTheFormatHasIt(ListFormat format, String list, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(format, list))
                .withMessageContaining(message);
    }

    private ModelOffer only(ListFormat format, String list) throws IOException {
        PriceList.Selection read = read(format, list);
        assertThat(read.skipped()).isEmpty();
        return read.offers().get(0);
    }

    private PriceList.Selection read(ListFormat format, String list, String... only) throws IOException {
        Path file = Files.writeString(folder.resolve("list.json"), list);
        return PriceList.read(file, format)
                .select(id -> only.length == 0 || List.of(only).contains(id), FROM);
    }

    private static String dates(ModelOffer offer) {
        return String.join(
                " ",
                offer.getPrices().stream()
                        .map(price -> price.getInput() / NANOS + "@"
                                + price.getVersion()
                                        .substring(price.getVersion().indexOf('@') + 1))
                        .toList());
    }

    private static long at(String date) {
        return Instant.parse(date + "T00:00:00Z").toEpochMilli();
    }
}
