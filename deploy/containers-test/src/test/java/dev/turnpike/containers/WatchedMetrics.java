package dev.turnpike.containers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The metrics that dashboards and alerts ask for. */
final class WatchedMetrics {

    private static final Pattern EXPRESSION = Pattern.compile("\"?expr\"?: *(.*)");
    private static final Pattern NAME = Pattern.compile("\\b(?:turnpike|kafka|jvm|gen_ai)_[a-z0-9_]+");

    private WatchedMetrics() {}

    static Set<String> names() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Path file : files()) {
            for (String line : Files.readAllLines(file)) {
                Matcher expression = EXPRESSION.matcher(line);
                if (expression.find()) {
                    NAME.matcher(expression.group(1)).results().forEach(name -> names.add(name.group()));
                }
            }
        }
        return names;
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> dashboards = Files.list(ComposeFile.TOP.resolve("deploy/grafana/dashboards"))) {
            return Stream.concat(
                            dashboards,
                            Stream.of(ComposeFile.TOP.resolve("deploy/compose/prometheus/alerts.yml")))
                    .toList();
        }
    }
}
