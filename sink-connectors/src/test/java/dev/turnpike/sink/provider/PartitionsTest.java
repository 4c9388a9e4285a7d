package dev.turnpike.sink.provider;

import static dev.turnpike.sink.provider.Dispatches.ADMITTED;
import static dev.turnpike.sink.provider.Dispatches.dispatch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.sink.provider.execution.Terms;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PartitionsTest {

    private static final TopicPartition PARTITION = new TopicPartition("llm.dispatches", 0);

    private final EventSerdes serdes = new EventSerdes(Written.REGISTRY);
    private final Events events = new Events(serdes, Topics.DEFAULT_PREFIX, "provider-sink", 1 << 20);
    private final List<Written> producers = new ArrayList<>();
    private final Context context = new Context();
    private final InstantSource clock = InstantSource.fixed(ADMITTED);
    private RuntimeException refusal = new ProducerFencedException("another producer");
    private boolean isRefused;

    private final Partitions partitions = new Partitions(
            events,
            partition -> {
                Written producer = new Written();
                if (isRefused) {
                    producer.commitTransactionException = refusal;
                }
                producers.add(producer);
                return new PartitionExecutor(
                        partition,
                        new Terms(Set.of(), 0, Duration.ZERO, Duration.ZERO),
                        Map.of(),
                        events,
                        new SinkMetrics(new SimpleMeterRegistry()),
                        new Journal(producer),
                        (number, since) -> History.NONE,
                        new Cancellations(),
                        clock);
            },
            4,
            Duration.ZERO,
            clock);

    @AfterEach
    void end() {
        partitions.close();
    }

    @Test
    void shouldSayUpToWhereEverythingIsFinished() {
        partitions.open(List.of(PARTITION));
        assertThat(partitions.finished()).isEmpty();

        execute(5);

        await().until(() -> partitions.finished().equals(Map.of(PARTITION, new OffsetAndMetadata(6))));
    }

    @Test
    void shouldPauseAPartitionOfWhichTooMuchIsUnfinishedAndResumeIt() {
        // given an executor that waits for the broker
        CountDownLatch broker = new CountDownLatch(1);
        partitions.open(List.of(PARTITION));
        producers.get(0).beforeCommit(() -> awaitOpen(broker));
        for (int offset = 0; offset < 4; offset++) {
            execute(offset);
        }

        partitions.holdBack(context);
        assertThat(context.paused).containsExactly(PARTITION);
        assertThat(context.timeout).isPositive();

        // when
        broker.countDown();

        // then
        await().untilAsserted(() -> {
            partitions.holdBack(context);
            assertThat(context.paused).isEmpty();
        });
    }

    static Stream<RuntimeException> whatPasses() {
        return Stream.of(
                new TimeoutException("the broker is away"),
                new InvalidTxnStateException("the broker knows the transaction as ended"));
    }

    @ParameterizedTest
    @MethodSource("whatPasses")
    void shouldTakeAPartitionUpAgainFromTheFirstUnfinishedDispatchAfterWhatPasses(RuntimeException failure) {
        // given
        isRefused = true;
        refusal = failure;
        partitions.open(List.of(PARTITION));
        execute(7);
        execute(8);

        // when
        isRefused = false;
        await().until(() -> {
            partitions.replaceStopped(context);
            return producers.size() == 2;
        });

        // then
        assertThat(context.offsets).isEqualTo(Map.of(PARTITION, 7L));
        execute(7);
        await().until(() -> partitions.finished().equals(Map.of(PARTITION, new OffsetAndMetadata(8))));
    }

    @Test
    void shouldFailWhereAnotherExecutorHasThePartition() {
        isRefused = true;
        partitions.open(List.of(PARTITION));
        execute(7);

        await().untilAsserted(() -> assertThatExceptionOfType(ConnectException.class)
                .isThrownBy(() -> partitions.replaceStopped(context))
                .withMessageContainingAll("llm.dispatches-0", "another producer"));
    }

    @Test
    void shouldRefuseWhatAnotherConverterMadeOfTheBytes() {
        partitions.open(List.of(PARTITION));

        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> partitions.execute(record(1, "text")))
                .withMessageContaining("ByteArrayConverter");
    }

    private static void awaitOpen(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void execute(long offset) {
        // no provider is known here, so each one is finished at once, with an error
        partitions.execute(record(
                offset,
                serdes.avro(Topics.DISPATCHES)
                        .serializer()
                        .serialize("llm.dispatches", dispatch("r" + offset, "openai/small"))));
    }

    private static SinkRecord record(long offset, Object value) {
        return new SinkRecord(
                "llm.dispatches",
                0,
                null,
                null,
                null,
                value,
                offset,
                ADMITTED.toEpochMilli(),
                TimestampType.CREATE_TIME);
    }

    /** What a task asks of its worker. */
    private static final class Context implements SinkTaskContext {

        private final Map<TopicPartition, Long> offsets = new HashMap<>();
        private final List<TopicPartition> paused = new ArrayList<>();
        private long timeout;

        @Override
        public Map<String, String> configs() {
            return Map.of();
        }

        @Override
        public void offset(Map<TopicPartition, Long> wanted) {
            offsets.putAll(wanted);
        }

        @Override
        public void offset(TopicPartition partition, long offset) {
            offsets.put(partition, offset);
        }

        @Override
        public void timeout(long timeoutMs) {
            timeout = timeoutMs;
        }

        @Override
        public Set<TopicPartition> assignment() {
            return Set.of(PARTITION);
        }

        @Override
        public void pause(TopicPartition... partitions) {
            paused.addAll(List.of(partitions));
        }

        @Override
        public void resume(TopicPartition... partitions) {
            paused.removeAll(List.of(partitions));
        }

        @Override
        public void requestCommit() {
            throw new UnsupportedOperationException();
        }

        @Override
        public PluginMetrics pluginMetrics() {
            throw new UnsupportedOperationException();
        }
    }
}
