package dev.turnpike.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhookSinkConfigTest {

    @Test
    void shouldHaveDefaultsForAllThatNeedNotBeSaid() {
        WebhookSinkConfig config = WebhookSinkConfig.of(Alerts.settings("https://host/x"));

        assertThat(config.url()).isEqualTo(URI.create("https://host/x"));
        assertThat(config.shape()).isEqualTo(Shape.JSON);
        assertThat(config.secret()).isNull();
        assertThat(config.teams()).isEqualTo(List.of("*"));
        assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.patience())
                .isEqualTo(new Patience(Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofDays(1)));
        assertThat(config.kafka()).isEqualTo(Map.of("bootstrap.servers", "host:9092"));
    }

    @ParameterizedTest
    @CsvSource({
        "consumer.override.isolation.level, read_uncommitted, must be read_committed",
        "topics, llm.usage, must be llm.alerts",
        "url, ftp://host, must be an address such as",
        "url, ${env:WEBHOOK_URL}, the worker did not replace",
        "secret, ${env:WEBHOOK_SECRET}, the worker did not replace",
        "shape, teams, String must be one of",
        "shape, pagerduty, routing.key is missing"
    })
    void shouldRefuseNamingTheKeyAndTheCure(String key, String value, String cure) {
        Map<String, String> settings = Alerts.settings("https://host/x");
        settings.put(key, value);

        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> new WebhookSinkConnector().start(settings))
                .withMessageContaining(cure);
    }

    @Test
    void shouldShowNoSecrets() {
        Map<String, String> settings = Alerts.settings("https://host/sesame");
        settings.put("secret", "sesame");

        assertThat(WebhookSinkConfig.of(settings).toString()).doesNotContain("sesame");
        assertThat(new WebhookSinkConnector().validate(settings).configValues())
                .extracting(ConfigValue::toString)
                .noneMatch(shown -> shown.contains("sesame"));
    }
}
