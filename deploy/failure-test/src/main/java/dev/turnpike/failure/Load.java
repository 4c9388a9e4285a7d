package dev.turnpike.failure;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.failure.Traffic.Ask;
import dev.turnpike.failure.Traffic.Trouble;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.schemas.serde.JsonEvents;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what {@link Traffic} asks for, at a steady rate, as users do who know nothing of each other: as JSON and as
 * Avro, on the team's partition and on others, some of it twice; and beside it usage of another gateway that nobody has
 * dispatched.
 */
final class Load implements AutoCloseable {

    private static final String GATEWAY_TEAM = "elsewhere";
    private static final int REPEATED_PERCENT = 8;
    private static final int MISPLACED_PERCENT = 15;
    private static final int USAGE_PERCENT = 5;
    private static final int REMEMBERED = 400;

    private final Cluster cluster;
    private final EventSerdes serdes;
    private final Producer<byte[], byte[]> producer;
    private final Traffic traffic;
    private final SplittableRandom random;
    private final double rate;
    private final List<Sent> sent = new ArrayList<>();
    private final Set<String> requests = ConcurrentHashMap.newKeySet();
    private final Set<String> usages = ConcurrentHashMap.newKeySet();
    private final Thread thread = new Thread(this::run, "load");
    private volatile boolean open = true;
    private volatile @Nullable Long firstWave;
    private long repeats;
    private long usageNumber;

    private record Sent(Topic<?> topic, String id, byte[] key, byte[] value) {}

    /** @param rate requests a second */
    Load(Cluster cluster, Traffic traffic, long seed, double rate) {
        this.cluster = cluster;
        this.serdes = cluster.serdes();
        this.producer = cluster.producer(Map.of());
        this.traffic = traffic;
        this.random = new SplittableRandom(seed);
        this.rate = rate;
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** From now on the hot teams ask too. */
    void beginWaves() {
        firstWave = System.nanoTime();
    }

    /** Requests that the brokers have accepted, each as team and id. */
    Set<String> requests() {
        return requests;
    }

    /** Usage of the other gateway that the brokers have accepted, each as team and id. */
    Set<String> usages() {
        return usages;
    }

    /** Records that were published a second time. */
    long repeats() {
        return repeats;
    }

    /** Publishes nothing more and waits for what is under way. */
    @Override
    public void close() throws InterruptedException {
        open = false;
        thread.join();
        producer.close();
    }

    static String id(String team, String id) {
        return team + ' ' + id;
    }

    private void run() {
        long began = System.nanoTime();
        double due = 0;
        try {
            while (open) {
                Long first = firstWave;
                publish(traffic.next(Duration.ofNanos(first == null ? -1 : System.nanoTime() - first)));
                due += Traffic.meanAsks() / rate;
                TimeUnit.NANOSECONDS.sleep(began + (long) (due * 1e9) - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void publish(List<Ask> asks) {
        for (Ask ask : asks) {
            LlmRequest request = request(ask);
            send(new Sent(
                    Topics.REQUESTS,
                    id(ask.team(), ask.requestId()),
                    bytes(ask.team()),
                    encode(Topics.REQUESTS, request)));
        }
        if (random.nextInt(100) < USAGE_PERCENT) {
            UsageReport usage = usage();
            send(new Sent(
                    Topics.USAGE,
                    id(usage.getTeam(), usage.getUsageId()),
                    bytes(usage.getTeam()),
                    encode(Topics.USAGE, usage)));
        }
        if (!sent.isEmpty() && random.nextInt(100) < REPEATED_PERCENT) {
            repeats++;
            send(sent.get(random.nextInt(sent.size())));
        }
    }

    private void send(Sent one) {
        if (sent.size() < REMEMBERED) {
            sent.add(one);
        } else {
            sent.set(random.nextInt(REMEMBERED), one);
        }
        @Nullable
        Integer partition = random.nextInt(100) < MISPLACED_PERCENT ? (Integer) random.nextInt(World.PARTITIONS) : null;
        Set<String> accepted = one.topic == Topics.REQUESTS ? requests : usages;
        try {
            producer.send(
                    new ProducerRecord<>(cluster.name(one.topic), partition, one.key, one.value),
                    (metadata, thrown) -> {
                        if (thrown == null) {
                            accepted.add(one.id);
                        }
                    });
        } catch (KafkaException e) {
            // not accepted, so not owed
        }
    }

    private LlmRequest request(Ask ask) {
        String fault = ask.trouble() == Trouble.NONE
                ? ""
                : ",\"fault\":\"" + ask.trouble().name().toLowerCase(Locale.ROOT) + "\",\"fault_calls\":\"1\"";
        return LlmRequest.newBuilder()
                .setRequestId(ask.requestId())
                .setTeam(ask.team())
                .setUser(ask.user())
                .setTaskId(ask.task())
                .setModel("auto")
                .setMessages("[{\"role\":\"user\",\"content\":\"" + ask.prompt() + "\"}]")
                .setParams("{\"metadata\":{\"trace_output_tokens\":\"" + ask.outputTokens()
                        + "\",\"trace_latency_ms\":\"" + ask.latencyMillis() + "\"" + fault + "}}")
                .setMaxOutputTokens((long) ask.outputCap())
                .setStream(ask.stream())
                .build();
    }

    private UsageReport usage() {
        usageNumber++;
        return UsageReport.newBuilder()
                .setUsageId("u" + usageNumber)
                .setSource("another-gateway")
                .setTeam(GATEWAY_TEAM)
                .setUser("user" + random.nextInt(3))
                .setProvider(World.PROVIDER)
                .setModel("gpt-4o")
                // by a clock that is up to a minute wrong
                .setOccurredAt(System.currentTimeMillis() + random.nextInt(120_000) - 60_000)
                .setInputTokens(100 + random.nextInt(2_000))
                .setOutputTokens(10 + random.nextInt(500))
                .build();
    }

    private <V extends SpecificRecord> byte[] encode(Topic<V> topic, V value) {
        return random.nextBoolean()
                ? serdes.avro(topic).serializer().serialize(cluster.name(topic), value)
                : bytes(JsonEvents.write(value));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
