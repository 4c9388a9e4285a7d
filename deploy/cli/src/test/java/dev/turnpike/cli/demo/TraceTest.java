package dev.turnpike.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceTest {

    @TempDir
    Path folder;

    @Test
    void shouldReadTheShippedExcerpt() {
        Trace trace = Trace.named(Trace.SHIPPED);

        assertThat(trace.arrivals()).hasSize(1840);
        assertThat(trace.arrivals().get(0)).isEqualTo(new Trace.Arrival(Duration.ZERO, 2648, 15));
        assertThat(trace.length()).isBetween(Duration.ofMinutes(7), Duration.ofMinutes(8));
    }

    @Test
    void shouldNameTheLineThatCannotBeRead() throws IOException {
        Path file = Files.writeString(
                folder.resolve("trace.csv"),
                "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:20:07.0417510,2648,fifteen\n");

        assertThatThrownBy(() -> Trace.named(file.toString()))
                .hasMessageEndingWith(
                        "trace.csv:2: 2023-11-16 18:20:07.0417510,2648,fifteen: must be a time and two whole numbers");
    }

    @Test
    void shouldSayWhatElseCanBeGivenWhereThereIsNoSuchTrace() {
        assertThatThrownBy(() -> Trace.named(folder.resolve("missing").toString()))
                .hasMessageContaining("give azure-code, none or a CSV file");
    }
}
