package dev.turnpike.cli.log;

import dev.turnpike.document.Change;
import dev.turnpike.document.Document;
import dev.turnpike.document.Kind;
import dev.turnpike.document.Published;
import dev.turnpike.schemas.serde.EventSerdes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The documents on a cluster. */
public final class Documents {

    private Documents() {}

    /** What the topics of a cluster say now. */
    public static Published read(TopicLog log) {
        List<Document> documents = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (SpecificRecord value : log.table(kind.topic()).values()) {
                documents.add(Document.of(value));
            }
        }
        return Published.of(documents);
    }

    /** Publishes changes, all or none. */
    public static void publish(Cluster cluster, EventSerdes serdes, List<Change> changes) {
        String by = System.getProperty("user.name", "unknown") + " (command)";
        try (Producer<byte[], byte[]> producer =
                cluster.producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, Published.TRANSACTIONAL_ID))) {
            producer.initTransactions();
            producer.beginTransaction();
            for (Change change : changes) {
                if (change.sign() != '=') {
                    String topic = cluster.name(change.document().kind().topic());
                    producer.send(Published.record(serdes, topic, change, by));
                }
            }
            producer.commitTransaction();
        }
    }
}
