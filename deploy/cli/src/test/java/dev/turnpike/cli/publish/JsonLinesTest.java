package dev.turnpike.cli.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesTest {

    private static final String REQUEST = "{\"request_id\":\"r1\",\"team\":\"search\",\"messages\":[]}";

    @TempDir
    Path folder;

    @Test
    void shouldReadOneEventALineAndSkipBlankOnes() throws IOException {
        List<String> teams = new ArrayList<>();

        long read = new JsonLines(file(REQUEST + "\n\n" + REQUEST + "\n"), Intake.REQUESTS)
                .each(event -> teams.add(Intake.REQUESTS.team(event)));

        assertThat(read).isEqualTo(2);
        assertThat(teams).containsExactly("search", "search");
    }

    @Test
    void shouldReadUsageAndOutcomesToo() throws IOException {
        Path usage = file("{\"usage_id\":\"u\",\"source\":\"s\",\"team\":\"t\",\"model\":\"m\",\"occurred_at\":1}");
        Path outcome =
                Files.writeString(folder.resolve("outcomes"), "{\"team\":\"t\",\"request_id\":\"r\",\"passed\":true}");

        assertThat(new JsonLines(usage, Intake.USAGE).each(event -> {})).isEqualTo(1);
        assertThat(new JsonLines(outcome, Intake.OUTCOMES).each(event -> {})).isEqualTo(1);
    }

    @Test
    void shouldNameFileLineAndField() throws IOException {
        Path file = file(REQUEST + "\n" + REQUEST.replace("team", "tem") + "\n");

        assertThatThrownBy(() -> new JsonLines(file, Intake.REQUESTS).each(JsonLinesTest::ignore))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file + ":2: tem: is not a field of LlmRequest");
    }

    @Test
    void shouldRefuseABlankTeam() throws IOException {
        Path file = file(REQUEST.replace("search", " "));

        assertThatThrownBy(() -> new JsonLines(file, Intake.REQUESTS).each(JsonLinesTest::ignore))
                .hasMessage(file + ":1: team: is blank; name who pays");
    }

    @Test
    void shouldSayThatThereIsNoSuchFile() {
        assertThatThrownBy(() -> new JsonLines(Path.of("nowhere.jsonl"), Intake.REQUESTS).each(JsonLinesTest::ignore))
                .hasMessage("nowhere.jsonl: there is no such file");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("events.jsonl"), text);
    }

    private static void ignore(SpecificRecord event) {}
}
