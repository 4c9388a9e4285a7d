package dev.turnpike.gateway.kafka;

import dev.turnpike.gateway.call.Publisher;
import dev.turnpike.gateway.chat.Refusal;
import dev.turnpike.gateway.chat.RefusedException;
import dev.turnpike.schemas.RequestSignature;
import dev.turnpike.schemas.RequestSignature.Purpose;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Cancellation;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.registry.RegistryException;
import dev.turnpike.schemas.serde.EventSerdes;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes requests and cancellations, keyed by team, so that they land at their owner at once. */
public final class RequestProducer implements Publisher, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RequestProducer.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String topic;
    private final int mostBytes;
    private final @Nullable PrivateKey signer;
    private final Serializer<LlmRequest> serializer;
    private final String cancellations;
    private final Serializer<Cancellation> cancellation;
    private final Producer<byte[], byte[]> producer;

    /**
     * Connects.
     *
     * @param signer signs every request and every cancellation for its team; null: none is signed
     * @throws RegistryException if the registry does not give the schema an id
     * @throws KafkaException if the brokers do not know the topic
     */
    public RequestProducer(KafkaClients clients, EventSerdes serdes, int mostBytes, @Nullable PrivateKey signer) {
        this.signer = signer;
        this.topic = clients.name(Topics.REQUESTS);
        this.mostBytes = mostBytes;
        this.serializer = serdes.avro(Topics.REQUESTS).serializer();
        // the first call is not to wait for the registry, and none after it is to depend on it
        LlmRequest any = LlmRequest.newBuilder()
                .setRequestId("")
                .setTeam("")
                .setMessages("[]")
                .build();
        serializer.serialize(topic, any);
        this.cancellations = clients.name(Topics.CANCELLATIONS);
        this.cancellation = serdes.avro(Topics.CANCELLATIONS).serializer();
        cancellation.serialize(cancellations, new Cancellation("", "", null));
        this.producer = clients.producer();
    }

    /** Whether the brokers know the topics; the first time it asks them, which may take a second. */
    public boolean isReady() {
        try {
            return !producer.partitionsFor(topic).isEmpty()
                    && !producer.partitionsFor(cancellations).isEmpty();
        } catch (KafkaException e) {
            return false;
        }
    }

    @Override
    public void publish(LlmRequest request, Trace trace, Consumer<@Nullable Refusal> done) {
        byte[] value = bytes(request);
        byte[] key = request.getTeam().getBytes(StandardCharsets.UTF_8);
        var record = new ProducerRecord<>(topic, null, key, value, signed(Purpose.REQUEST, request.getTeam(), value));
        trace.addTo(record.headers());
        try {
            producer.send(
                    record,
                    (metadata, failure) -> done.accept(failure == null ? null : refusal(failure, value.length)));
        } catch (KafkaException e) {
            throw new RefusedException(refusal(e, value.length));
        }
    }

    @Override
    public void cancel(String team, String requestId) {
        try {
            byte[] value =
                    cancellation.serialize(cancellations, new Cancellation(team, requestId, "the client has gone"));
            byte[] key = team.getBytes(StandardCharsets.UTF_8);
            producer.send(
                    new ProducerRecord<>(cancellations, null, key, value, signed(Purpose.CANCELLATION, team, value)),
                    (metadata, failure) -> {
                        if (failure != null) {
                            goesOn(requestId, failure);
                        }
                    });
        } catch (KafkaException e) {
            goesOn(requestId, e);
        }
    }

    private List<Header> signed(Purpose purpose, String team, byte[] value) {
        return signer == null ? List.of() : List.of(RequestSignature.sign(signer, purpose, team, value));
    }

    private static void goesOn(String requestId, Exception failure) {
        LOG.atWarn()
                .addKeyValue("request_id", requestId)
                .log(
                        "request {} goes on without its client, since it could not be cancelled: {}",
                        requestId,
                        failure.toString());
    }

    @Override
    public void close() {
        producer.close(PATIENCE);
    }

    private byte[] bytes(LlmRequest request) {
        byte[] value;
        try {
            value = serializer.serialize(topic, request);
        } catch (RegistryException e) {
            throw new RefusedException(Refusal.unavailable("the schema registry does not answer; try again"));
        } catch (SerializationException e) {
            throw new RefusedException(Refusal.invalid(line(e)));
        }
        if (value.length > mostBytes) {
            throw new RefusedException(Refusal.tooLarge("the request is a record of " + value.length
                    + " bytes; at most " + mostBytes + " are taken (request.max.bytes)"));
        }
        return value;
    }

    private Refusal refusal(Exception failure, int bytes) {
        if (failure instanceof RecordTooLargeException) {
            return Refusal.tooLarge("the request is a record of " + bytes
                    + " bytes, more than max.message.bytes of the topic " + topic + " allows");
        }
        if (failure instanceof InvalidTopicException) {
            return Refusal.unavailable(topic + ": is not a topic that can be written");
        }
        return Refusal.unavailable("Kafka does not take requests now; try again");
    }

    private static String line(Exception failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("the request cannot be written");
    }
}
