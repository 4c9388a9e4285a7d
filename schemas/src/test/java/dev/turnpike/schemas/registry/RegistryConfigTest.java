package dev.turnpike.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryConfigTest {

    private static final Map<String, Object> MINIMAL = Map.of("schema.registry.url", "http://a:8081");

    @Test
    void shouldHaveTheDefaultsOfConfluentsClient() {
        assertThat(RegistryConfig.of(MINIMAL))
                .isEqualTo(new RegistryConfig(
                        List.of(new RegistryConfig.Server("http://a:8081", null)),
                        null,
                        false,
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        3,
                        1_000,
                        20_000));
    }

    @Test
    void shouldTakeEverySetting() {
        Map<String, Object> settings = new HashMap<>();
        settings.put("schema.registry.url", List.of("https://a/base/", "http://b"));
        settings.put("normalize.schemas", true);
        settings.put("http.connect.timeout.ms", 1);
        settings.put("http.read.timeout.ms", "2");
        settings.put("max.retries", 0);
        settings.put("retries.wait.ms", 4L);
        settings.put("retries.max.wait.ms", 5);
        settings.put("bearer.auth.token", "t");

        assertThat(RegistryConfig.of(settings))
                .isEqualTo(new RegistryConfig(
                        List.of(
                                new RegistryConfig.Server("https://a/base", "Bearer t"),
                                new RegistryConfig.Server("http://b", "Bearer t")),
                        null,
                        true,
                        Duration.ofMillis(1),
                        Duration.ofMillis(2),
                        0,
                        4,
                        5));
    }

    @ParameterizedTest
    @CsvSource({
        "schema.registry.url, '', schema.registry.url: is missing",
        "schema.registry.url, ' , ', schema.registry.url: is missing",
        "schema.registry.url, localhost:8081, schema.registry.url: an address is neither http://host:port nor https",
        "schema.registry.url, http:///x, schema.registry.url: an address is neither http://host:port nor https",
        "schema.registry.url, http://a b, schema.registry.url: an address is malformed",
        "schema.registry.url, 'mock://a,mock://b', schema.registry.url: a mock:// address stands alone",
        "max.retries, -1, max.retries=-1: must be a whole number from 0",
        "http.read.timeout.ms, 0, http.read.timeout.ms=0: must be a whole number from 1",
        "retries.wait.ms, soon, retries.wait.ms=soon: must be a whole number from 0",
        "basic.auth.credentials.source, SASL_INHERIT, basic.auth.credentials.source=SASL_INHERIT: is not supported; use URL or USER_INFO",
        "bearer.auth.credentials.source, OAUTHBEARER, bearer.auth.credentials.source=OAUTHBEARER: is not supported; use STATIC_TOKEN",
        "schema.registry.ssl.keystore.location, k.jks, schema.registry.ssl.keystore.location: is not supported; set the JVM's",
        "proxy.host, p, proxy.host=p: is not supported; leave it out"
    })
    void shouldRefuseASettingInOneLine(String key, String value, String message) {
        Map<String, Object> settings = new HashMap<>(MINIMAL);
        settings.put(key, value);

        assertThatThrownBy(() -> RegistryConfig.of(settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void shouldNotShowCredentialsThatItRefuses() {
        assertThatThrownBy(() -> RegistryConfig.of(Map.of("schema.registry.url", "http://ann:secret@a b")))
                .message()
                .doesNotContain("secret");
        assertThatThrownBy(() -> RegistryConfig.of(Map.of(
                        "schema.registry.url", "http://a",
                        "basic.auth.credentials.source", "USER_INFO",
                        "basic.auth.user.info", "secret")))
                .hasMessage("basic.auth.user.info: must be user:password");
        assertThat(RegistryConfig.of(Map.of("schema.registry.url", "http://ann:secret@a", "bearer.auth.token", "hush"))
                        .toString())
                .doesNotContain("secret")
                .doesNotContain("hush");
    }
}
