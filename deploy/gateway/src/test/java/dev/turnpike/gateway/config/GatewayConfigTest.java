package dev.turnpike.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.turnpike.schemas.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayConfigTest {

    @Test
    void shouldListenOnLoopbackUnlessToldOtherwise() {
        GatewayConfig config = config(Map.of());

        assertThat(config.httpHost()).isEqualTo("127.0.0.1");
        assertThat(config.httpPort()).isEqualTo(8084);
        assertThat(config.timeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.maxWaiting()).isEqualTo(1_000);
        assertThat(config.requestMaxBytes()).isEqualTo(900_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gateway.timeout     | 0s     | gateway.timeout=0s: must be at least 100ms, as a number with ms, s, m, h or d",
                "gateway.max.waiting | 0      | gateway.max.waiting=0: must be a whole number from 1 to 100000",
                "request.max.bytes   | 1 MB   | request.max.bytes=1 MB: must be a whole number from 1000 to 67108864",
                "http.port           | -1     | http.port=-1: must be a whole number from 0 to 65535",
            })
    void shouldRefuseASettingInOneLine(String key, String value, String problem) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config(Map.of(key, value)))
                .withMessage(problem);
    }

    private static GatewayConfig config(Map<String, String> own) {
        Map<String, String> settings =
                new HashMap<>(Map.of("bootstrap.servers", "b:1", "schema.registry.url", "http://r"));
        settings.putAll(own);
        return GatewayConfig.of(Settings.of(settings));
    }
}
