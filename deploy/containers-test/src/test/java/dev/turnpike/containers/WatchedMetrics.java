package dev.turnpike.containers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The metrics that dashboards and alerts ask for. */
final class WatchedMetrics {

    private static final Pattern NAME = Pattern.compile("\\b(?:turnpike|kafka)_[a-z0-9_]+");

    /** Not there before the first thing that they count. */
    private static final Set<String> FAULTS = Set.of("turnpike_tables_refused_total");

    private WatchedMetrics() {}

    /** Those that a system without a fault has. */
    static Set<String> names() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Path file : files()) {
            NAME.matcher(Files.readString(file)).results().forEach(name -> names.add(name.group()));
        }
        names.removeAll(FAULTS);
        return names;
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> dashboards = Files.list(ComposeFile.TOP.resolve("deploy/grafana/dashboards"))) {
            return Stream.concat(dashboards, Stream.of(ComposeFile.TOP.resolve("deploy/compose/prometheus/alerts.yml")))
                    .toList();
        }
    }
}
