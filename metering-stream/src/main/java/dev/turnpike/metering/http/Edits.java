package dev.turnpike.metering.http;

import dev.turnpike.document.Change;
import dev.turnpike.document.Document;
import dev.turnpike.document.DocumentReader;
import dev.turnpike.document.Kind;
import dev.turnpike.document.Published;
import dev.turnpike.metering.recent.Applied;
import dev.turnpike.metering.recent.RecentReader;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.streams.StreamsSettings;
import io.javalin.http.HttpStatus;
import java.io.StringReader;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Puts documents in force, validated by the code behind {@code turnpike apply}.
 *
 * <p>An edit first fences whoever began to apply before it, then reads what is in force, compares, and commits. So of two
 * edits at once, on whichever instances, one fails: nobody overwrites what they have not seen.
 */
final class Edits {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long LOOK_AGAIN_MILLIS = 5;

    private final StreamsSettings settings;
    private final EventSerdes serdes;
    private final RecentReader reader;
    private final InstantSource clock;

    /** What came of an edit. */
    record Outcome(Change change, Applied applied) {}

    Edits(StreamsSettings settings, EventSerdes serdes, RecentReader reader, InstantSource clock) {
        this.settings = settings;
        this.serdes = serdes;
        this.reader = reader;
        this.clock = clock;
    }

    /** The entity tag of a document in force. */
    static String tagOf(Applied applied) {
        return "\"" + applied.offset() + '"';
    }

    /**
     * Applies one document.
     *
     * @param ifMatch the entity tag that is replaced, {@code *} for any, null for whatever is there
     * @param onlyNew whether there must be none yet
     * @param by who does it
     * @throws Problem if it is refused
     */
    synchronized Outcome apply(
            Kind kind, String key, String text, @Nullable String ifMatch, boolean onlyNew, String by) {
        Document wanted = read(kind, key, text);
        try (Producer<byte[], byte[]> producer = producer()) {
            producer.initTransactions();
            readAll();
            Applied standing = reader.recent().document(kind, key);
            check(wanted, standing, ifMatch, onlyNew);
            Change change = change(wanted);
            if (change.sign() == '=' && standing != null) {
                return new Outcome(change, standing);
            }
            String topic = settings.topic(kind.topic());
            producer.beginTransaction();
            Future<RecordMetadata> sent = producer.send(Published.record(serdes, topic, change, by));
            producer.commitTransaction();
            long offset = sent.get().offset();
            await(kind, offset + 1);
            return new Outcome(
                    change, new Applied(change.document(), offset, sent.get().timestamp(), by));
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            throw Problem.of(HttpStatus.CONFLICT, wanted + ": somebody else applied at the same time; read it again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.unavailable("the meter is ending");
        } catch (KafkaException | ExecutionException e) {
            throw Problem.unavailable("Kafka did not take the edit: " + e.getMessage());
        }
    }

    private static Document read(Kind kind, String key, String text) {
        List<Document> documents;
        try {
            documents = DocumentReader.read(new StringReader(text), "body");
        } catch (IllegalArgumentException e) {
            throw Problem.of(HttpStatus.UNPROCESSABLE_CONTENT, String.valueOf(e.getMessage()));
        }
        if (documents.size() != 1) {
            throw Problem.badRequest("the body has " + documents.size() + " documents; send exactly one");
        }
        Document document = documents.get(0);
        if (document.kind() != kind || !document.key().equals(key)) {
            throw Problem.badRequest("the body is " + document + ", and the path names " + kind.wireName() + ' ' + key);
        }
        return document;
    }

    private static void check(Document wanted, @Nullable Applied standing, @Nullable String ifMatch, boolean onlyNew) {
        if (onlyNew && standing != null) {
            throw Problem.of(HttpStatus.PRECONDITION_FAILED, wanted + ": is there already");
        }
        if (ifMatch != null && (standing == null || !ifMatch.equals("*") && !ifMatch.equals(tagOf(standing)))) {
            throw Problem.of(HttpStatus.PRECONDITION_FAILED, wanted + ": was changed since you read it; read it again");
        }
    }

    private Change change(Document wanted) {
        try {
            Instant now = clock.instant();
            return Published.of(reader.recent().documents())
                    .changes(List.of(wanted), false, now)
                    .get(0);
        } catch (IllegalArgumentException e) {
            throw Problem.of(HttpStatus.UNPROCESSABLE_CONTENT, String.valueOf(e.getMessage()));
        }
    }

    /** Waits until all that is in force has been read. */
    private void readAll() throws InterruptedException {
        Map<Kind, TopicPartition> topics = new HashMap<>();
        for (Kind kind : Kind.values()) {
            topics.put(kind, new TopicPartition(settings.topic(kind.topic()), 0));
        }
        Map<TopicPartition, Long> ends;
        try (KafkaConsumer<byte[], byte[]> consumer = RecentReader.consumer(settings, "edit")) {
            ends = consumer.endOffsets(new ArrayList<>(topics.values()));
        }
        for (Map.Entry<Kind, TopicPartition> each : topics.entrySet()) {
            await(each.getKey(), ends.getOrDefault(each.getValue(), 0L));
        }
    }

    private void await(Kind kind, long offset) throws InterruptedException {
        long end = clock.millis() + PATIENCE.toMillis();
        while (!reader.hasRead(kind, offset)) {
            if (clock.millis() > end) {
                throw Problem.unavailable("what is in force cannot be read now; try again");
            }
            Thread.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    private Producer<byte[], byte[]> producer() {
        Map<String, Object> client = new HashMap<>(settings.kafka());
        client.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        client.put(CommonClientConfigs.CLIENT_ID_CONFIG, settings.applicationId() + "-edit");
        client.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, Published.TRANSACTIONAL_ID);
        client.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
        return new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
