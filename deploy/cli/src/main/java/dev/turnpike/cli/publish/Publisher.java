package dev.turnpike.cli.publish;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.schemas.RequestSignature;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.serde.EventSerdes;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Publishes events to public topics, keyed by team, and counts what the brokers have accepted. */
public final class Publisher implements AutoCloseable {

    private final Cluster cluster;
    private final EventSerdes serdes;
    private final Producer<byte[], byte[]> producer;
    private final @Nullable PrivateKey signer;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicReference<@Nullable Exception> refused = new AtomicReference<>();

    public Publisher(Cluster cluster, EventSerdes serdes) {
        this(cluster, serdes, null);
    }

    /** @param signer signs for its team what is signed on its topic; null: nothing is signed */
    public Publisher(Cluster cluster, EventSerdes serdes, @Nullable PrivateKey signer) {
        this.signer = signer;
        this.cluster = cluster;
        this.serdes = serdes;
        this.producer = cluster.producer(Map.of());
    }

    /** Publishes an event; whether it was accepted shows in {@link #accepted()} and at {@link #flush()}. */
    public void publish(Intake intake, SpecificRecord value) {
        publish(intake, intake.team(value), bytes(intake.topic(), value));
    }

    /** Publishes bytes as they are. */
    public void publish(Intake intake, String key, byte[] value) {
        List<Header> headers = signer == null || intake.signedFor() == null
                ? List.of()
                : List.of(RequestSignature.sign(signer, intake.signedFor(), key, value));
        producer.send(
                new ProducerRecord<>(
                        cluster.name(intake.topic()), null, key.getBytes(StandardCharsets.UTF_8), value, headers),
                (metadata, thrown) -> {
                    if (thrown == null) {
                        accepted.incrementAndGet();
                    } else {
                        refused.compareAndSet(null, thrown);
                    }
                });
    }

    /** How many records the brokers have accepted. */
    public long accepted() {
        return accepted.get();
    }

    /** @throws KafkaException if a record was not accepted */
    public void flush() {
        producer.flush();
        Exception thrown = refused.get();
        if (thrown != null) {
            throw new KafkaException(accepted.get() + " records were accepted, then: " + thrown.getMessage(), thrown);
        }
    }

    @Override
    public void close() {
        producer.close();
    }

    @SuppressWarnings("unchecked") // the intake decides both the topic and the class
    private <V extends SpecificRecord> byte[] bytes(Topic<V> topic, SpecificRecord value) {
        return serdes.avro(topic).serializer().serialize(cluster.name(topic), (V) value);
    }
}
