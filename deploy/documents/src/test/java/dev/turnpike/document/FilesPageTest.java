package dev.turnpike.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the page on files shows must be taken as it stands there. */
class FilesPageTest {

    private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    @Test
    void shouldTakeEveryExampleOfThePage() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "files.md"));
        String documents =
                EXAMPLE.matcher(page).results().map(example -> example.group(1)).collect(Collectors.joining("---\n"));

        assertThat(DocumentReader.read(new StringReader(documents), "files.md"))
                .extracting(Document::kind)
                .containsExactly(Kind.MODEL_OFFER, Kind.TEAM_POLICY, Kind.ALIAS, Kind.ORG);
    }
}
