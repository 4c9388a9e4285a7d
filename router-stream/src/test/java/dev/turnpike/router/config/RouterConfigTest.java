package dev.turnpike.router.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouterConfigTest {

    private static final Map<String, String> REQUIRED =
            Map.of("bootstrap.servers", "127.0.0.1:9092", "schema.registry.url", "http://127.0.0.1:8081");

    @Test
    void shouldHaveDefaults() {
        RouterConfig config = RouterConfig.of(Settings.of(REQUIRED));

        assertThat(config)
                .isEqualTo(new RouterConfig(
                        config.streams(),
                        Duration.ofHours(24),
                        Duration.ofMinutes(10),
                        900_000,
                        null,
                        "127.0.0.1",
                        8082));
        assertThat(config.streams().applicationId()).isEqualTo("turnpike-router");
    }

    @Test
    void shouldReadEverySetting() {
        var given = new HashMap<>(REQUIRED);
        given.putAll(Map.of(
                "request.horizon", "48h",
                "request.deadline", "90s",
                "request.max.bytes", "2000",
                "router.estimator", "learnt.bin",
                "http.host", "0.0.0.0",
                "http.port", "0"));

        RouterConfig config = RouterConfig.of(Settings.of(given));

        assertThat(config)
                .isEqualTo(new RouterConfig(
                        config.streams(),
                        Duration.ofDays(2),
                        Duration.ofSeconds(90),
                        2_000,
                        Path.of("learnt.bin"),
                        "0.0.0.0",
                        0));
    }

    @Test
    void shouldNameKeyValueAndCureOfARefusedSetting() {
        var given = new HashMap<>(REQUIRED);
        given.put("request.horizon", "1s");

        assertThatThrownBy(() -> RouterConfig.of(Settings.of(given)))
                .hasMessage("request.horizon=1s: must be at least 120s, as a number with ms, s, m, h or d");
    }

    @Test
    void shouldRefuseAnEstimatorThatCannotBeRead() {
        var given = new HashMap<>(REQUIRED);
        given.put("router.estimator", "nowhere/learnt.bin");

        assertThatThrownBy(() -> RouterConfig.of(Settings.of(given)).judge())
                .hasMessageStartingWith("router.estimator=nowhere/learnt.bin: must be a file of turnpike train");
    }
}
