package dev.turnpike.sink.provider;

import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.EventSerdes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer that keeps what it writes, transaction by transaction. */
final class Written extends MockProducer<byte[], byte[]> {

    static final Map<String, String> REGISTRY = Map.of("schema.registry.url", "mock://provider-sink");

    private static final EventSerdes SERDES = new EventSerdes(REGISTRY);

    private final List<List<Object>> transactions = new CopyOnWriteArrayList<>();
    private Runnable beforeCommit = () -> {};

    Written() {
        super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Runs before each commit, on the thread that commits. */
    void beforeCommit(Runnable action) {
        this.beforeCommit = action;
    }

    /** The events of each committed transaction; what is no event as its record. */
    List<List<Object>> transactions() {
        return transactions;
    }

    List<UsageReport> usage() {
        return all(UsageReport.class);
    }

    List<Completion> completions() {
        return all(Completion.class);
    }

    List<UsageReport> usage(String requestId) {
        return usage().stream()
                .filter(report -> requestId.equals(report.getRequestId()))
                .toList();
    }

    List<Completion> completions(String requestId) {
        return completions().stream()
                .filter(completion -> requestId.equals(completion.getRequestId()))
                .toList();
    }

    <V> List<V> all(Class<V> type) {
        return transactions.stream()
                .flatMap(List::stream)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    @Override
    public void commitTransaction() {
        beforeCommit.run();
        List<Object> events = new ArrayList<>();
        uncommittedRecords().forEach(record -> events.add(event(record)));
        super.commitTransaction();
        transactions.add(events);
    }

    private static Object event(ProducerRecord<byte[], byte[]> record) {
        return switch (record.topic()) {
            case "llm.usage" -> read(Topics.USAGE, UsageReport.class, record);
            case "llm.completions" -> read(Topics.COMPLETIONS, Completion.class, record);
            case "llm.redecisions" -> read(Topics.REDECISIONS, Redecision.class, record);
            default -> record;
        };
    }

    private static <V extends SpecificRecord> Object read(
            Topic<V> topic, Class<V> type, ProducerRecord<byte[], byte[]> record) {
        return type.cast(SERDES.avro(topic).deserializer().deserialize(record.topic(), record.value()));
    }
}
