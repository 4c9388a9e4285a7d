package dev.turnpike.sink.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnpike.sink.provider.call.ProviderSettings.Dialect;
import dev.turnpike.sink.provider.execution.Terms;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProviderSinkConfigTest {

    @Test
    void shouldHaveDefaultsForAllThatNeedNotBeSaid() {
        ProviderSinkConfig config = ProviderSinkConfig.of(least());

        assertThat(config.topicsPrefix()).isEqualTo("llm.");
        assertThat(config.terms())
                .isEqualTo(new Terms(Set.of("openai"), 1, Duration.ofMillis(250), Duration.ofSeconds(5)));
        assertThat(config.mostUnfinished()).isEqualTo(1_000);
        assertThat(config.grace()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.httpThreads()).isEqualTo(2);
        assertThat(config.metricsListen()).isNull();
        assertThat(config.kafka()).isEmpty();
        assertThat(config.providers()).singleElement().satisfies(provider -> {
            assertThat(provider.dialect()).isEqualTo(Dialect.OPENAI);
            assertThat(provider.key()).isNull();
            assertThat(provider.maxInFlight()).isEqualTo(64);
            assertThat(provider.timeout()).isEqualTo(Duration.ofMinutes(10));
            assertThat(provider.outputCapField()).isEqualTo("max_completion_tokens");
        });
    }

    @Test
    void shouldTakeEverySetting() {
        Map<String, String> settings = least();
        settings.put("topics.prefix", "ai.");
        settings.put("topics", "ai.dispatches");
        settings.put("providers", "openai, local");
        settings.put("retries", "3");
        settings.put("retry.pause.ms", "10");
        settings.put("retry.longest.pause.ms", "20");
        settings.put("max.unfinished", "7");
        settings.put("shutdown.grace.ms", "30");
        settings.put("http.threads", "5");
        settings.put("metrics.listen", "127.0.0.1:9404");
        settings.put("provider.local.api", "anthropic");
        settings.put("kafka.security.protocol", "SSL");
        settings.put("provider.openai.key", "sk-1");
        settings.put("provider.local.url", "http://localhost:8000/v1/");
        settings.put("provider.local.max.in.flight", "9");
        settings.put("provider.local.timeout.ms", "40");
        settings.put("provider.local.output.cap.field", "max_tokens");

        ProviderSinkConfig config = ProviderSinkConfig.of(settings);

        assertThat(config.topicsPrefix()).isEqualTo("ai.");
        assertThat(config.terms())
                .isEqualTo(new Terms(Set.of("openai", "local"), 3, Duration.ofMillis(10), Duration.ofMillis(20)));
        assertThat(config.mostUnfinished()).isEqualTo(7);
        assertThat(config.grace()).isEqualTo(Duration.ofMillis(30));
        assertThat(config.httpThreads()).isEqualTo(5);
        assertThat(config.metricsListen()).isEqualTo(new InetSocketAddress("127.0.0.1", 9404));
        assertThat(config.client(Map.of("client.id", "x")))
                .isEqualTo(Map.of("bootstrap.servers", "host:9092", "security.protocol", "SSL", "client.id", "x"));
        assertThat(config.providers().get(0).key()).isEqualTo("sk-1");
        assertThat(config.providers().get(1)).satisfies(provider -> {
            assertThat(provider.name()).isEqualTo("local");
            assertThat(provider.dialect()).isEqualTo(Dialect.ANTHROPIC);
            assertThat(provider.url()).isEqualTo(URI.create("http://localhost:8000/v1"));
            assertThat(provider.maxInFlight()).isEqualTo(9);
            assertThat(provider.timeout()).isEqualTo(Duration.ofMillis(40));
            assertThat(provider.outputCapField()).isEqualTo("max_tokens");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "consumer.override.isolation.level, read_uncommitted, must be read_committed",
        "topics, llm.requests, must be llm.dispatches",
        "retries, many, Not a number of type INT",
        "max.unfinished, 0, Value must be at least 1",
        "metrics.listen, 9404, must be host:port",
        "provider.openai.api, bedrock, String must be one of",
        "provider.openai.key, ${env:OPENAI_API_KEY}, the worker did not replace",
        "provider.openai.url, api.openai.com, must be an address such as https://host/v1",
        "provider.openai.output.cap.field, tokens, String must be one of"
    })
    void shouldRefuseNamingKeyValueAndCure(String key, String value, String cure) {
        Map<String, String> settings = least();
        settings.put(key, value);

        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> ProviderSinkConfig.of(settings))
                .withMessageContainingAll(key, value, cure);
    }

    @ParameterizedTest
    @CsvSource({
        "consumer.override.isolation.level",
        "bootstrap.servers",
        "schema.registry.url",
        "providers",
        "provider.openai.url"
    })
    void shouldRefuseToStartWithout(String key) {
        Map<String, String> settings = least();
        settings.remove(key);

        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> new ProviderSinkConnector().start(settings))
                .withMessageContaining(key);
    }

    @Test
    void shouldSayBeforeTheStartWhatWouldBeRefused() {
        Map<String, String> settings = least();
        settings.put("consumer.override.isolation.level", "read_uncommitted");
        settings.remove("provider.openai.url");

        Config validated = new ProviderSinkConnector().validate(settings);

        assertThat(validated.configValues())
                .filteredOn(value -> !value.errorMessages().isEmpty())
                .extracting(ConfigValue::name)
                .containsExactlyInAnyOrder("consumer.override.isolation.level", "provider.openai.url");
    }

    @Test
    void shouldNotShowKeysOfProviders() {
        Map<String, String> settings = least();
        settings.put("provider.openai.key", "sk-1");

        ProviderSinkConfig config = ProviderSinkConfig.of(settings);

        assertThat(config.toString() + config.providers()).doesNotContain("sk-1");
        assertThat(new ProviderSinkConnector().validate(settings).configValues())
                .extracting(ConfigValue::toString)
                .noneMatch(shown -> shown.contains("sk-1"));
    }

    @Test
    void shouldGiveEveryTaskTheWholeConfiguration() {
        ProviderSinkConnector connector = new ProviderSinkConnector();
        connector.start(least());

        assertThat(connector.taskConfigs(2)).isEqualTo(List.of(least(), least()));
        assertThat(connector.taskClass()).isEqualTo(ProviderSinkTask.class);
    }

    private static Map<String, String> least() {
        return new HashMap<>(Map.of(
                "name", "provider-sink",
                "topics", "llm.dispatches",
                "consumer.override.isolation.level", "read_committed",
                "bootstrap.servers", "host:9092",
                "schema.registry.url", "http://host:8081",
                "providers", "openai",
                "provider.openai.url", "https://api.openai.com/v1"));
    }
}
