package dev.turnpike.cli.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DemoFilesTest {

    @Test
    void shouldBeInOrderAsTheyAre() {
        List<Document> documents = DocumentReader.read(Path.of("..", "demo"));

        List<Change> changes = Published.of(List.of()).changes(documents, false);

        assertThat(changes).hasSize(17).allMatch(change -> change.sign() == '+');
    }
}
