package dev.turnpike.bench;

import dev.turnpike.cluster.ChildJvm;
import dev.turnpike.cluster.LocalCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** A stream application in a process of its own, of which it can be asked how far it is and what CPU it has used. */
final class Application implements AutoCloseable {

    private static final List<String> OPTIONS =
            List.of("-Xms1g", "-Xmx1g", "-Dlogback.configurationFile=logback-child.xml");
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final String id;
    private final ChildJvm child;
    private final Admin admin;

    private Application(String id, ChildJvm child, Admin admin) {
        this.id = id;
        this.child = child;
        this.admin = admin;
    }

    /** Where it is: records of the topics that it has committed, at a time, for so much CPU. */
    record Mark(long records, long nanos, Duration cpu) {

        double recordsPerCpuSecond(Mark earlier) {
            return (records - earlier.records) / (cpu.minus(earlier.cpu).toNanos() / 1e9);
        }

        double recordsPerSecond(Mark earlier) {
            return (records - earlier.records) / ((nanos - earlier.nanos) / 1e9);
        }
    }

    /**
     * Starts a main class that takes a properties file.
     *
     * @param id its application id, by which its consumer group is known
     * @param folder for its state and what it says
     */
    static Application start(LocalCluster cluster, String id, Path folder, Class<?> main, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("application.id", id);
        settings.put("bootstrap.servers", cluster.bootstrapServers());
        settings.put("schema.registry.url", cluster.registryUrl());
        settings.put("topics.prefix", cluster.topicsPrefix());
        settings.put("state.dir", folder.resolve("state").toString());
        settings.putIfAbsent("http.port", "0");
        return new Application(
                id,
                ChildJvm.start(folder, OPTIONS, main, written(folder, settings)),
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers())));
    }

    /** Waits until it has committed so many records of some topics. */
    Mark await(Set<String> topics, long records) throws InterruptedException {
        while (true) {
            Mark mark = mark(topics);
            if (mark.records() >= records) {
                return mark;
            }
            if (!child.isAlive()) {
                throw new IllegalStateException(id + ": ended after " + mark.records() + " of " + records + " records");
            }
            Thread.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    Mark mark(Set<String> topics) throws InterruptedException {
        try {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(id)
                    .partitionsToOffsetAndMetadata()
                    .get();
            long records = offsets.entrySet().stream()
                    .filter(each -> each.getValue() != null
                            && topics.contains(each.getKey().topic()))
                    .mapToLong(each -> each.getValue().offset())
                    .sum();
            return new Mark(records, System.nanoTime(), cpu());
        } catch (ExecutionException e) {
            throw new IllegalStateException(id + ": its offsets cannot be read: " + e.getCause(), e);
        }
    }

    /** Resident memory of the process; 0 on a system that does not tell. */
    long residentBytes() {
        Path status = Path.of("/proc", Long.toString(child.pid()), "status");
        if (!Files.isReadable(status)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until its stores are complete and it takes records.
     *
     * @param port where it serves its readiness
     */
    void awaitReady(int port) throws InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/readyz"))
                .build();
        while (true) {
            try {
                if (http.send(ready, BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                if (!child.isAlive()) {
                    throw new IllegalStateException(id + ": ended before it was ready", e);
                }
            }
            Thread.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    Duration cpu() {
        return ProcessHandle.of(child.pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }

    @Override
    public void close() {
        try {
            child.stop(STOP_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        child.close();
        admin.close();
    }

    private static Path written(Path folder, Map<String, String> settings) {
        Properties properties = new Properties();
        properties.putAll(settings);
        Path file = folder.resolve("settings.properties");
        try {
            Files.createDirectories(folder);
            try (Writer writer = Files.newBufferedWriter(file)) {
                properties.store(writer, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }
}
