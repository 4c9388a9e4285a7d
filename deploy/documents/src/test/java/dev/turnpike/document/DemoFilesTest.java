package dev.turnpike.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DemoFilesTest {

    private static final Instant NOW = Instant.parse("2026-06-17T12:00:00Z");

    @Test
    void shouldBeInOrderAsTheyAre() {
        List<Document> documents = DocumentReader.read(Path.of("..", "demo"));

        List<Change> changes = Published.of(List.of()).changes(documents, false, NOW);

        assertThat(changes).hasSize(18).allMatch(change -> change.sign() == '+');
    }
}
