package dev.turnpike.metering.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeteringConfigTest {

    private static final String HASH = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    @Test
    void shouldDefault() {
        MeteringConfig config = config(Map.of());

        assertThat(config)
                .isEqualTo(new MeteringConfig(
                        config.streams(),
                        Duration.ofHours(24),
                        Duration.ofDays(30),
                        Duration.ofDays(400),
                        Duration.ofDays(7),
                        1_000,
                        "127.0.0.1",
                        8083,
                        "127.0.0.1:8083",
                        Map.of(),
                        Map.of()));
        assertThat(config.streams().applicationId()).isEqualTo("turnpike-meter");
    }

    @Test
    void shouldReadEverySetting() {
        MeteringConfig config = config(Map.of(
                "metering.horizon", "48h",
                "metering.task.idle", "60d",
                "metering.spend.retention", "90d",
                "metering.performance.half-life", "1d",
                "metering.expiry.budget", "10",
                "http.host", "0.0.0.0",
                "http.port", "0",
                "http.advertised", "meter-1:8083",
                "api.tokens", "ops=" + HASH,
                "api.readers", "finance=" + HASH));

        assertThat(config)
                .isEqualTo(new MeteringConfig(
                        config.streams(),
                        Duration.ofDays(2),
                        Duration.ofDays(60),
                        Duration.ofDays(90),
                        Duration.ofDays(1),
                        10,
                        "0.0.0.0",
                        0,
                        "meter-1:8083",
                        Map.of("ops", HASH),
                        Map.of("finance", HASH)));
    }

    @Test
    void shouldSayWhatIsWrongAndHowToCureIt() {
        assertThatThrownBy(() -> config(Map.of("metering.horizon", "0s")))
                .hasMessage("metering.horizon=0s: must be at least 300s, as a number with ms, s, m, h or d");
    }

    @Test
    void shouldNotRepeatWhatMayBeASecret() {
        assertThatThrownBy(() -> config(Map.of("api.tokens", "ops=open-sesame")))
                .hasMessage(
                        "api.tokens: must be NAME=SHA256 with commas between, each SHA-256 as 64 hexadecimal digits");
    }

    private static MeteringConfig config(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("bootstrap.servers", "nowhere:9092");
        all.put("schema.registry.url", "mock://config");
        return MeteringConfig.of(Settings.of(all));
    }
}
