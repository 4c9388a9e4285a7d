package dev.turnpike.console;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Where a Chromium is: the one that {@code TURNPIKE_CHROMIUM} names, one that is installed, or the one inside of the npm package
 * {@value #PACKAGE}, which npm brings to {@code target/chromium}.
 */
final class Chromium {

    static final String PACKAGE = "@sparticuz/chromium@153.0.0";

    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    private static final Path HOME = Path.of("target", "chromium");
    private static final int MINUTES = 5;

    private Chromium() {}

    /**
     * A browser that can be started.
     *
     * @throws IllegalStateException saying what was tried, if there is none
     */
    static Path find() throws IOException, InterruptedException {
        String named = System.getenv("TURNPIKE_CHROMIUM");
        if (named != null) {
            return Path.of(named);
        }
        Optional<Path> installed = onPath(NAMES);
        return installed.isPresent() ? installed.get() : unpacked();
    }

    private static Path unpacked() throws IOException, InterruptedException {
        if (onPath(List.of("npm")).isEmpty() || onPath(List.of("node")).isEmpty()) {
            throw new IllegalStateException("no " + String.join(", ", NAMES)
                    + " on the path, and no npm and node to fetch " + PACKAGE + " with");
        }
        Files.createDirectories(HOME);
        if (!Files.isDirectory(HOME.resolve("node_modules/@sparticuz/chromium"))) {
            run("npm", "install", "--prefix", ".", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE);
        }
        // the package says where it has unpacked itself
        List<String> output = run(
                "node",
                "--input-type=module",
                "-e",
                "import c from '@sparticuz/chromium'; console.log(await c.executablePath())");
        return Path.of(output.get(output.size() - 1));
    }

    private static List<String> run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(HOME.toAbsolutePath(), "output", ".log");
        Process process = new ProcessBuilder(command)
                .directory(HOME.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
        List<String> lines = new ArrayList<>(Files.readAllLines(output, StandardCharsets.UTF_8));
        lines.removeIf(String::isBlank);
        if (!ended || process.exitValue() != 0 || lines.isEmpty()) {
            process.destroyForcibly();
            throw new IllegalStateException(String.join(" ", command) + ": " + String.join(" ", lines));
        }
        return lines;
    }

    private static Optional<Path> onPath(List<String> names) {
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return names.stream()
                .flatMap(name -> Stream.of(path.split(":")).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
