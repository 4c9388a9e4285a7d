package dev.turnpike.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the images of ours are made of; whether they run is for OfficialImagesIT and deploy/compose/smoke.sh to say. */
class DockerfilesTest {

    private static final String COPY = "COPY ";

    @ParameterizedTest
    @ValueSource(strings = {"turnpike", "connect"})
    void shouldCopyOnlyWhatTheBuildContextHas(String image) throws IOException {
        List<String> context = lines(".dockerignore").stream()
                .filter(line -> line.startsWith("!"))
                .map(line -> line.substring(1))
                .toList();

        List<String> copied = lines("deploy/compose/" + image + "/Dockerfile").stream()
                .filter(line -> line.startsWith(COPY))
                .map(line -> Arrays.stream(line.substring(COPY.length()).split(" "))
                        .filter(word -> !word.startsWith("--"))
                        .toList())
                .flatMap(words -> words.subList(0, words.size() - 1).stream())
                .toList();

        assertThat(copied)
                .isNotEmpty()
                .allSatisfy(
                        file -> assertThat(context).anyMatch(path -> file.equals(path) || file.startsWith(path + "/")));
    }

    @Test
    void shouldRunAsAUserOfItsOwn() throws IOException {
        List<String> turnpike = lines("deploy/compose/turnpike/Dockerfile");

        assertThat(turnpike).contains("USER turnpike").doesNotContain("USER root");
        // Kafka's image has a user of its own
        assertThat(lines("deploy/compose/connect/Dockerfile")).noneMatch(line -> line.startsWith("USER "));
    }

    @Test
    void shouldStartFromTheArchiveOfClassesThatItMade() throws IOException {
        assertThat(String.join("\n", lines("deploy/compose/turnpike/Dockerfile")))
                .contains("-XX:ArchiveClassesAtExit=/opt/turnpike/turnpike.jsa");
        assertThat(String.join("\n", lines("deploy/compose/turnpike/turnpike")))
                .contains("home=/opt/turnpike\n", "-XX:SharedArchiveFile=$home/turnpike.jsa");
    }

    @ParameterizedTest
    @ValueSource(strings = {"turnpike/turnpike", "connect/Dockerfile"})
    void shouldMeasureTheHeapByTheContainersMemory(String file) throws IOException {
        assertThat(String.join("\n", lines("deploy/compose/" + file)))
                .contains("-XX:MaxRAMPercentage=")
                .doesNotContain("-Xmx");
    }

    private static List<String> lines(String file) throws IOException {
        return Files.readAllLines(ComposeFile.TOP.resolve(file));
    }
}
