package dev.turnpike.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandIT {

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldReplayARecordingLoseNothingAndAuditTheLog() throws IOException {
        // given
        Path json = folder.resolve("bench.json");

        // when
        int code = RootCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute("bench", "trace", "--for", "1s", "--json", json.toString());

        // then
        assertThat(code).as(err.toString()).isZero();
        assertThat(Files.readAllLines(json))
                .anySatisfy(line -> assertThat(line).contains("\"figure\":\"lost at 100x\",\"value\":0,"))
                .allSatisfy(line ->
                        assertThat(line).startsWith("{\"bench\":\"trace\"").endsWith("}"));
        assertThat(out.toString()).contains("| trace | lost at 1x | 0 |");
        assertThat(err.toString()).contains("auditing");
    }
}
