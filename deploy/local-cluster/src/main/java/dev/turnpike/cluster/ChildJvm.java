package dev.turnpike.cluster;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A JVM with the class path of this one, which runs a main class in a folder of its own and ends with this JVM at the
 * latest. What it says is appended to {@code output.log} in the folder.
 */
public final class ChildJvm implements AutoCloseable {

    private static final String OUTPUT = "output.log";
    private static final long LOOK_AGAIN_MILLIS = 50;

    private final Process process;
    private final Path output;
    private final long outputBefore;

    private ChildJvm(Process process, Path output, long outputBefore) {
        this.process = process;
        this.output = output;
        this.outputBefore = outputBefore;
    }

    /** Starts with room for 256 MiB of objects, and for a short life: the thorough compiler would take more than it gives. */
    public static ChildJvm start(Path folder, Class<?> main, Object... args) {
        return start(folder, List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), main, args);
    }

    /**
     * Starts; the main class begins when a predecessor in the same folder has ended.
     *
     * @param options of the JVM
     * @throws ClusterException if no process can be started
     */
    public static ChildJvm start(Path folder, List<String> options, Class<?> main, Object... args) {
        Path output = folder.resolve(OUTPUT);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        if (System.getProperty(RegistryHome.PROPERTY) != null) {
            command.add("-D" + RegistryHome.PROPERTY + "=" + System.getProperty(RegistryHome.PROPERTY));
        }
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Tether.class.getName(),
                folder.resolve("process.lock").toString(),
                main.getName()));
        Arrays.stream(args).map(Object::toString).forEach(command::add);
        try {
            Files.createDirectories(folder);
            long before = Files.exists(output) ? Files.size(output) : 0;
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.appendTo(output.toFile()));
            // settings are read from the environment too; only those given here shall count
            builder.environment().keySet().retainAll(Set.of("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR"));
            return new ChildJvm(builder.start(), output, before);
        } catch (IOException e) {
            throw new ClusterException(main.getName() + ": cannot be started in " + folder + ": " + e, e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * What the child says in its first line that begins with a word.
     *
     * @throws ClusterException if it ends without one
     */
    public String awaitLine(String word) throws InterruptedException {
        while (true) {
            // asked before its output is read: what it said at last must not be missed
            boolean ended = !process.isAlive();
            for (String line : said().split("\n", -1)) {
                if (line.startsWith(word)) {
                    return line.substring(word.length()).trim();
                }
            }
            if (ended) {
                throw new ClusterException(
                        "the child ended without a line that begins with " + word + "; see " + output);
            }
            Thread.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    /** SIGKILL: nothing is flushed, no hook runs. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM: asks it to end, and waits; whether it has ended within the time. */
    public boolean stop(Duration patience) throws InterruptedException {
        process.destroy();
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private String said() {
        try {
            byte[] all = Files.readAllBytes(output);
            return new String(all, (int) outputBefore, all.length - (int) outputBefore, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ClusterException(output + ": cannot be read: " + e, e);
        }
    }
}
