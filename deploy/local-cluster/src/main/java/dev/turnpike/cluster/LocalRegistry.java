package dev.turnpike.cluster;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An Apicurio schema registry in a process of its own, on loopback only, with Confluent's API and {@code BACKWARD}
 * compatibility. It keeps its schemas and its log in its data folder. The process ends when this is closed and when this
 * JVM ends, a kill included.
 */
public final class LocalRegistry implements AutoCloseable {

    // a start took 31 s on a machine under load
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final Pattern LISTENING = Pattern.compile("Listening on: http://[^:]+:(\\d+)");
    private static final int LAST_LINES = 15;

    private final FolderLock lock;
    private final Process process;
    private final Path log;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private String url = "";
    private boolean closed;

    private LocalRegistry(FolderLock lock, Process process, Path log) {
        this.lock = lock;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a registry and returns when it answers.
     *
     * @param port where it listens; 0 for a free one
     * @throws ClusterException if the folder or the port is in use or the server is not found or does not start; the
     *     message then ends with the last lines of its log
     */
    public static LocalRegistry start(Path dataDir, int port) {
        return start(RegistryHome.find(), dataDir, port);
    }

    static LocalRegistry start(RegistryHome home, Path dataDir, int port) {
        FolderLock lock = FolderLock.take(dataDir);
        try {
            Ports.close(Ports.open(port, "schema registry"));
            Path log = dataDir.resolve("registry.log");
            LocalRegistry registry = new LocalRegistry(lock, launch(home, dataDir.toAbsolutePath(), log, port), log);
            registry.awaitReady();
            return registry;
        } catch (IOException e) {
            lock.close();
            throw new ClusterException("the schema registry could not be started: " + e, e);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** The base of Confluent's API, for the setting {@code schema.registry.url}. */
    public String url() {
        return url;
    }

    /** Asks the process to end and waits until it has. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            stop();
            lock.close();
        }
    }

    /** Ends the process at once, as if it had failed, and waits until it has ended. */
    public synchronized void kill() throws InterruptedException {
        if (!closed) {
            closed = true;
            process.destroyForcibly().waitFor();
            lock.close();
        }
    }

    /** Where it listens. */
    public int port() {
        return URI.create(url).getPort();
    }

    long pid() {
        return process.pid();
    }

    private static Process launch(RegistryHome home, Path dataDir, Path log, int port) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                // together a third less time to start
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                home.jar().toAbsolutePath() + File.pathSeparator + copyTether(dataDir.resolve("tether")),
                "-Dquarkus.http.host=" + Ports.LOOPBACK,
                "-Dquarkus.http.port=" + port,
                "-Dquarkus.banner.enabled=false",
                "-Dquarkus.log.level=WARN",
                // says where it listens
                "-Dquarkus.log.category.\"io.quarkus\".level=INFO",
                // an id that a record was written with must survive a kill
                "-DREGISTRY_DATASOURCE_URL=jdbc:h2:file:" + dataDir.resolve("db") + ";WRITE_DELAY=0",
                Tether.class.getName(),
                dataDir.resolve("process.lock").toString(),
                home.mainClass());
        // the server takes settings from its environment and its working directory; only ours shall count
        builder.environment().keySet().retainAll(Set.of("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR"));
        builder.directory(dataDir.toFile());
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        return builder.start();
    }

    // the one class alone: beside our other jars the server would find the wrong versions of its own
    private static Path copyTether(Path folder) throws IOException {
        String name = Tether.class.getName().replace('.', '/') + ".class";
        Path copy = folder.resolve(name);
        Files.createDirectories(Objects.requireNonNull(copy.getParent()));
        try (InputStream in =
                Objects.requireNonNull(Tether.class.getClassLoader().getResourceAsStream(name))) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return folder;
    }

    private void awaitReady() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (url.isEmpty() || !answers()) {
                if (!process.isAlive()) {
                    throw notStarted("ended with code " + process.exitValue());
                }
                if (System.nanoTime() > deadline) {
                    throw notStarted("did not answer within " + PATIENCE.toSeconds() + " s");
                }
                Thread.sleep(LOOK_AGAIN.toMillis());
                // its own word, so that no other server on the port is mistaken for it
                Matcher listening = LISTENING.matcher(logged());
                if (listening.find()) {
                    url = "http://" + Ports.LOOPBACK + ":" + listening.group(1) + "/apis/ccompat/v7";
                }
            }
            requireBackwardCompatibility();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop();
            throw new ClusterException("interrupted while the schema registry started", e);
        } catch (IOException | RuntimeException e) {
            stop();
            throw e;
        }
    }

    private boolean answers() throws InterruptedException {
        try {
            return send(HttpRequest.newBuilder(URI.create(url + "/subjects"))).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    // the server's own default is NONE
    private void requireBackwardCompatibility() throws IOException, InterruptedException {
        HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(url + "/config"))
                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .PUT(BodyPublishers.ofString("{\"compatibility\":\"BACKWARD\"}")));
        if (response.statusCode() != 200) {
            throw notStarted("refused to check compatibility: " + response.statusCode() + " " + response.body());
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
    }

    private ClusterException notStarted(String reason) throws IOException {
        List<String> lines = logged().lines().toList();
        String last = String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
        return new ClusterException("the schema registry " + reason + "; the end of " + log + ":\n" + last);
    }

    // lenient: whatever the server prints, it must not keep us from reading on
    private String logged() throws IOException {
        return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    }

    private void stop() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
