package dev.turnpike.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.Settings;
import dev.turnpike.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StreamsSettingsTest {

    private static final Map<String, String> REQUIRED =
            Map.of("bootstrap.servers", "127.0.0.1:9092", "schema.registry.url", "http://127.0.0.1:8081");

    @Test
    void shouldHaveDefaults() {
        var settings = StreamsSettings.of(Settings.of(REQUIRED), "turnpike-router");

        assertThat(settings)
                .isEqualTo(new StreamsSettings(
                        "turnpike-router",
                        "127.0.0.1:9092",
                        "llm.",
                        Path.of("state"),
                        1,
                        Duration.ofMillis(30),
                        0,
                        256,
                        Duration.ofSeconds(10),
                        Map.of("schema.registry.url", "http://127.0.0.1:8081"),
                        Map.of()));
        assertThat(settings.topic(Topics.REQUESTS)).isEqualTo("llm.requests");
        assertThat(settings.properties()).containsEntry("processing.guarantee", "exactly_once_v2");
    }

    @Test
    void shouldReadEverySetting() {
        var given = new HashMap<>(REQUIRED);
        given.putAll(Map.of(
                "application.id", "other",
                "topics.prefix", "eu.llm.",
                "state.dir", "elsewhere",
                "threads", "4",
                "commit.interval", "100ms",
                "standby.replicas", "1",
                "state.memory.mb", "512",
                "session.timeout", "3s",
                "bearer.auth.token", "t",
                "kafka.security.protocol", "SSL"));

        assertThat(StreamsSettings.of(Settings.of(given), "turnpike-router"))
                .isEqualTo(new StreamsSettings(
                        "other",
                        "127.0.0.1:9092",
                        "eu.llm.",
                        Path.of("elsewhere"),
                        4,
                        Duration.ofMillis(100),
                        1,
                        512,
                        Duration.ofSeconds(3),
                        Map.of("schema.registry.url", "http://127.0.0.1:8081", "bearer.auth.token", "t"),
                        Map.of("security.protocol", "SSL")));
    }

    @Test
    void shouldNameKeyValueAndCureOfARefusedSetting() {
        var given = new HashMap<>(REQUIRED);
        given.put("threads", "many");

        assertThatThrownBy(() -> StreamsSettings.of(Settings.of(given), "turnpike-router"))
                .hasMessage("threads=many: must be a whole number from 1 to 64");
    }
}
