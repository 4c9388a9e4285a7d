package dev.turnpike.sink.webhook;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.registry.RegistryException;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.schemas.serde.Received;
import dev.turnpike.sink.SinkSettings;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;

/** Takes the alerts of the partitions that are assigned to it to the webhook. */
public final class WebhookSinkTask extends SinkTask {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PATIENCE_AT_END = Duration.ofSeconds(2);
    private static final int MOST_WAITING = 1_000;

    private final InstantSource clock;
    private @Nullable Running running;
    private boolean isPaused;

    /** What a started task works with. */
    private record Running(
            WebhookSinkConfig config,
            Deserializer<Received<BudgetAlert>> alerts,
            Deliveries deliveries,
            Producer<byte[], byte[]> producer) {}

    private record Read(SinkRecord record, Received<BudgetAlert> received) {}

    public WebhookSinkTask() {
        this(InstantSource.system());
    }

    WebhookSinkTask(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void start(Map<String, String> props) {
        WebhookSinkConfig config = WebhookSinkConfig.of(props);
        start(config, new KafkaProducer<>(config.kafka(), new ByteArraySerializer(), new ByteArraySerializer()));
    }

    void start(WebhookSinkConfig config, Producer<byte[], byte[]> producer) {
        HttpClient http =
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
        running = new Running(
                config,
                new EventSerdes(config.all()).received(Topics.ALERTS).deserializer(),
                new Deliveries(
                        config.name(),
                        new Webhook(config, http, clock),
                        (record, reason, detail) -> setAside(config, producer, record, reason, detail),
                        config.patience(),
                        clock),
                producer);
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        Running here = running();
        List<Read> batch;
        try {
            batch = records.stream()
                    .map(record -> new Read(record, here.alerts.deserialize(record.topic(), bytes(record.value()))))
                    .toList();
        } catch (RegistryException e) {
            // nothing is taken up yet, so all of them may come again
            throw new RetriableException(e.getMessage(), e);
        }
        for (Read one : batch) {
            BudgetAlert alert = one.received.value();
            if (alert != null && !here.config.wants(alert.getTeam())) {
                here.deliveries.passOver(one.record);
            } else {
                here.deliveries.add(one.record, one.received);
            }
        }
        Instant again = here.deliveries.deliver();
        if (again != null) {
            context.timeout(Math.max(1, Duration.between(clock.instant(), again).toMillis()));
        }
        holdBack(here.deliveries.waiting());
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> consumed) {
        return running().deliveries.finished();
    }

    @Override
    public void close(Collection<TopicPartition> revoked) {
        running().deliveries.forget(revoked);
    }

    @Override
    public void stop() {
        if (running != null) {
            running.producer.close(PATIENCE_AT_END);
        }
    }

    @Override
    public String version() {
        return SinkSettings.version(WebhookSinkTask.class);
    }

    private void holdBack(int waiting) {
        Set<TopicPartition> all = context.assignment();
        if (waiting >= MOST_WAITING && !isPaused) {
            context.pause(all.toArray(TopicPartition[]::new));
            isPaused = true;
        } else if (waiting <= MOST_WAITING / 2 && isPaused) {
            context.resume(all.toArray(TopicPartition[]::new));
            isPaused = false;
        }
    }

    private Running running() {
        if (running == null) {
            throw new IllegalStateException("the task was not started");
        }
        return running;
    }

    private static void setAside(
            WebhookSinkConfig config,
            Producer<byte[], byte[]> producer,
            SinkRecord record,
            String reason,
            String detail) {
        DeadLetter letter = new DeadLetter(
                record.topic(), record.kafkaPartition(), record.kafkaOffset(), reason, detail, config.name());
        var sent = producer.send(letter.record(
                Topics.DEAD_LETTERS.name(config.topicsPrefix()),
                record.timestamp() == null ? 0 : record.timestamp(),
                bytes(record.key()),
                bytes(record.value()),
                null));
        try {
            // before its offset may be committed
            sent.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw new ConnectException("a dead letter cannot be written: " + e.getCause(), e);
        }
    }

    private static byte @Nullable [] bytes(@Nullable Object value) {
        if (value == null || value instanceof byte[]) {
            return (byte[]) value;
        }
        throw new DataException("the sink was handed a " + value.getClass().getSimpleName()
                + "; set key.converter and value.converter to org.apache.kafka.connect.converters.ByteArrayConverter");
    }
}
