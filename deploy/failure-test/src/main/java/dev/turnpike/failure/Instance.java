package dev.turnpike.failure;

import dev.turnpike.cluster.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One process of the system: what it is, and what can be done to it. */
final class Instance implements AutoCloseable {

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);
    private static final List<String> SMALL =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlogback.configurationFile=logback-child.xml");

    private final Role role;
    private final String name;
    private final Path folder;
    private final List<String> options;
    private final Class<?> main;
    private final Path settings;
    private @Nullable ChildJvm child;
    private volatile boolean down;
    private int deaths;

    /** What a process does. */
    enum Role {
        ROUTER,
        METER,
        SINK,
        BROKER
    }

    /**
     * @param folder where it keeps its state and its output
     * @param options of its JVM, the size of its heap among them
     * @param settings the main class's one argument
     */
    Instance(Role role, String name, Path folder, List<String> options, Class<?> main, Path settings) {
        this.role = role;
        this.name = name;
        this.folder = folder;
        this.options = options;
        this.main = main;
        this.settings = settings;
    }

    Role role() {
        return role;
    }

    String name() {
        return name;
    }

    Path folder() {
        return folder;
    }

    synchronized void start() {
        down = false;
        child = ChildJvm.start(
                folder, Stream.concat(SMALL.stream(), options.stream()).toList(), main, settings);
    }

    /** SIGKILL. */
    synchronized void kill() throws InterruptedException {
        down = true;
        running().kill();
    }

    /** SIGTERM, and SIGKILL where that does not help. */
    synchronized void stop() throws InterruptedException {
        down = true;
        if (!running().stop(STOP_PATIENCE)) {
            running().kill();
        }
    }

    /** Starts it again if it has ended without being told to. */
    void lookAfter() {
        // asked without the lock first: a stop holds it for as long as it takes
        if (!down) {
            restartIfDead();
        }
    }

    private synchronized void restartIfDead() {
        if (!down && !running().isAlive()) {
            deaths++;
            start();
        }
    }

    /** How often it ended without being told to. */
    synchronized int deaths() {
        return deaths;
    }

    String awaitLine(String word) throws InterruptedException {
        ChildJvm awaited;
        synchronized (this) {
            awaited = running();
        }
        return awaited.awaitLine(word);
    }

    synchronized boolean isAlive() {
        return running().isAlive();
    }

    /**
     * Stands still for a while, holding its connections and what it believes. It goes on even if this JVM ends meanwhile: what
     * stands still cannot notice that its parent is gone.
     */
    void freeze(Duration time) throws InterruptedException {
        command("sh", "-c", "kill -STOP $0; sleep $1; kill -CONT $0", pid(), Double.toString(time.toMillis() / 1e3));
    }

    /**
     * No file of this process can grow from now on: every write fails with EFBIG, as with ENOSPC on a full disk. This is a
     * limit of the process (RLIMIT_FSIZE) and so needs no file system of its own and no privilege.
     */
    void fillDisk() throws InterruptedException {
        command("prlimit", "--pid", pid(), "--fsize=0:unlimited");
    }

    void freeDisk() throws InterruptedException {
        command("prlimit", "--pid", pid(), "--fsize=unlimited:unlimited");
    }

    @Override
    public synchronized void close() {
        down = true;
        if (child != null) {
            child.close();
        }
    }

    private synchronized String pid() {
        return Long.toString(running().pid());
    }

    private ChildJvm running() {
        if (child == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return child;
    }

    /** Fails where there is no such command; not where the process has ended meanwhile. */
    private static void command(String... words) throws InterruptedException {
        try {
            new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new IllegalStateException(words[0] + ": is needed to inject faults: " + e.getMessage(), e);
        }
    }
}
