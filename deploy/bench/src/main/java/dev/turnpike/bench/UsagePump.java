package dev.turnpike.bench;

import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.UsageReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/** An executor that calls nobody: it answers each dispatch with a final usage report at once. */
final class UsagePump implements AutoCloseable {

    private static final int OUTPUT_TOKENS = 100;
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final TestBed bed;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Deserializer<Dispatch> dispatches;
    private final Thread thread = new Thread(this::pump, "usage-pump");
    private volatile boolean open = true;
    private volatile long answered;

    /** Begins at the beginning of the topic. */
    UsagePump(TestBed bed) {
        this.bed = bed;
        this.dispatches = bed.serdes().avro(Topics.DISPATCHES).deserializer();
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bed.cluster().bootstrapServers(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        2_000,
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        10),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(bed.name(Topics.DISPATCHES)).stream()
                .map(each -> new TopicPartition(each.topic(), each.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        thread.setDaemon(true);
        thread.start();
    }

    long answered() {
        return answered;
    }

    /** Waits until so many dispatches are answered. */
    long awaitAll(long count) throws InterruptedException {
        while (answered < count) {
            if (!thread.isAlive()) {
                throw new IllegalStateException("the usage pump ended after " + answered + " of " + count);
            }
            Thread.sleep(LOOK_AGAIN_MILLIS);
        }
        bed.producer().flush();
        return answered;
    }

    @Override
    public void close() throws InterruptedException {
        open = false;
        thread.join();
        consumer.close();
    }

    private void pump() {
        while (open) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
                Dispatch dispatch = dispatches.deserialize(record.topic(), record.value());
                bed.send(Topics.USAGE, dispatch.getTeam(), report(dispatch));
                answered++;
            }
        }
    }

    private static UsageReport report(Dispatch dispatch) {
        ChainModel model = dispatch.getChain().get(0);
        LlmRequest request = dispatch.getRequest();
        return UsageReport.newBuilder()
                .setUsageId(dispatch.getRequestId() + "#1")
                .setSource("bench")
                .setTeam(dispatch.getTeam())
                .setRequestId(dispatch.getRequestId())
                .setAttempt(1)
                .setAttempts(1)
                .setFinal$(true)
                .setUser(request.getUser())
                .setTaskType(request.getTaskType())
                .setTags(request.getTags())
                .setProvider(model.getProvider())
                .setModel(model.getModel())
                .setOccurredAt(System.currentTimeMillis())
                .setInputTokens(70)
                .setOutputTokens(OUTPUT_TOKENS)
                .setLatencyMs(200L)
                .build();
    }
}
