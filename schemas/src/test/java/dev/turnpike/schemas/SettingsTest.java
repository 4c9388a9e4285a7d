package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    @Test
    void shouldPreferFlagsToTheEnvironmentToTheFile() {
        var all =
                new Settings(Map.of("a.b-c", "flag"), Map.of("TURNPIKE_A_B_C", "environment"), Map.of("a.b-c", "file"));
        var two = new Settings(Map.of(), Map.of("TURNPIKE_A_B_C", "environment"), Map.of("a.b-c", "file"));
        var one = new Settings(Map.of(), Map.of(), Map.of("a.b-c", "file"));

        assertThat(all.find("a.b-c")).isEqualTo("flag");
        assertThat(two.find("a.b-c")).isEqualTo("environment");
        assertThat(one.find("a.b-c")).isEqualTo("file");
        assertThat(one.find("other")).isNull();
    }

    @Test
    void shouldPreferFlagsToTheEnvironmentToTheFileBelowAPrefixToo() {
        var all = new Settings(
                Map.of("kafka.a.b", "flag"),
                Map.of("TURNPIKE_KAFKA_A_B", "environment", "TURNPIKE_KAFKA_C", "environment", "KAFKA_D", "not ours"),
                Map.of("kafka.a.b", "file", "kafka.c", "file", "kafka.e", "file"));

        assertThat(all.below("kafka."))
                .containsOnly(Map.entry("a.b", "flag"), Map.entry("c", "environment"), Map.entry("e", "file"));
    }

    @Test
    void shouldFallBackWhereNothingIsSet() {
        var none = Settings.of(Map.of());

        assertThat(none.text("key", "default")).isEqualTo("default");
        assertThat(none.integer("key", 7, 0, 9)).isEqualTo(7);
        assertThat(none.duration("key", Duration.ofHours(1), Duration.ZERO)).isEqualTo(Duration.ofHours(1));
        assertThat(none.flag("key", true)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"250ms, 250", "30s, 30000", "15m, 900000", "24h, 86400000", "30d, 2592000000", "' 2s ', 2000"})
    void shouldReadDurations(String text, long millis) {
        assertThat(Settings.of(Map.of("key", text)).duration("key", Duration.ZERO, Duration.ZERO))
                .isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "10", "-1s", "1.5s", "1w", "99999999999999999999s", "9223372036854775807d", "0s"})
    void shouldRefuseADurationWithKeyValueAndCure(String text) {
        assertThatThrownBy(() -> Settings.of(Map.of("router.hold.ttl", text))
                        .duration("router.hold.ttl", Duration.ZERO, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("router.hold.ttl=" + text + ": must be at least 1s, as a number with ms, s, m, h or d");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "9, 9", "' 5 ', 5"})
    void shouldTakeANumberUpToItsEdges(String text, int number) {
        assertThat(Settings.of(Map.of("key", text)).integer("key", 0, 1, 9)).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "10", "", "x", "1.0", "99999999999999999999"})
    void shouldRefuseANumberWithKeyValueAndCure(String text) {
        assertThatThrownBy(() -> Settings.of(Map.of("key", text)).integer("key", 5, 1, 9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("key=" + text + ": must be a whole number from 1 to 9");
    }

    @Test
    void shouldTakeOnlyTrueAndFalse() {
        assertThat(Settings.of(Map.of("key", "true ")).flag("key", false)).isTrue();
        assertThat(Settings.of(Map.of("key", "false")).flag("key", true)).isFalse();
        assertThatThrownBy(() -> Settings.of(Map.of("key", "yes")).flag("key", true))
                .hasMessage("key=yes: must be true or false");
    }

    @Test
    void shouldSayHowToSetWhatIsMissing() {
        assertThatThrownBy(() -> Settings.of(Map.of("bootstrap.servers", " ")).required("bootstrap.servers"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bootstrap.servers: is missing; set it in the properties file or as "
                        + "TURNPIKE_BOOTSTRAP_SERVERS");
    }

    @Test
    void shouldGiveWhatIsBelowAPrefixFlagsBeforeFile() {
        var settings = new Settings(
                Map.of("kafka.linger.ms", "1"),
                Map.of(),
                Map.of("kafka.linger.ms", "9", "kafka.acks", "all", "x", "y"));

        assertThat(settings.below("kafka."))
                .containsExactlyInAnyOrderEntriesOf(Map.of("linger.ms", "1", "acks", "all"));
    }

    @Test
    void shouldReadAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("turnpike.properties"), "topics.prefix=acme.\n");

        assertThat(Settings.load(Map.of(), file).find("topics.prefix")).isEqualTo("acme.");
        assertThat(Settings.load(Map.of("topics.prefix", "flag."), file).find("topics.prefix"))
                .isEqualTo("flag.");
    }

    @Test
    void shouldNameAFileThatCannotBeRead(@TempDir Path folder) throws IOException {
        Path missing = folder.resolve("missing.properties");
        Path broken = Files.writeString(folder.resolve("broken.properties"), "key=\\u12");

        assertThatThrownBy(() -> Settings.load(Map.of(), missing))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(missing + ": cannot be read");
        assertThatThrownBy(() -> Settings.load(Map.of(), broken))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(broken + ": cannot be read");
    }
}
