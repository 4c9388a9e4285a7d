package dev.turnpike.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder that exists only while something runs. */
record TemporaryFolder(Path path) {

    static TemporaryFolder create() {
        try {
            return new TemporaryFolder(Files.createTempDirectory("turnpike-"));
        } catch (IOException e) {
            throw new ClusterException("no temporary folder can be created in java.io.tmpdir: " + e, e);
        }
    }

    void delete() {
        try (Stream<Path> tree = Files.walk(path)) {
            List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path each : deepestFirst) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
