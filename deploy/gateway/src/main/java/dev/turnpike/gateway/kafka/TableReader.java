package dev.turnpike.gateway.kafka;

import dev.turnpike.gateway.state.Directory;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.serde.EventSerdes;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Keeps the directory as the compacted topics say. A change is in force as soon as it is read: within milliseconds. */
public final class TableReader implements AutoCloseable {

    public static final List<Topic<?>> TOPICS = List.of(Topics.KEYS, Topics.POLICIES, Topics.CATALOG, Topics.ALIASES);

    private final Map<String, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>>> tables = new HashMap<>();
    private final Follower follower;

    public TableReader(KafkaClients clients, EventSerdes serdes, Directory directory) {
        table(clients, serdes, Topics.KEYS, directory::putKey);
        table(clients, serdes, Topics.POLICIES, directory::putPolicy);
        table(clients, serdes, Topics.CATALOG, directory::putOffer);
        table(clients, serdes, Topics.ALIASES, directory::putAlias);
        Consumer<byte[], byte[]> consumer = clients.consumer("tables", "earliest");
        this.follower = Follower.start("tables", consumer, clients.partitions(consumer, TOPICS), true, record -> {
            var table = tables.get(record.topic());
            if (table != null && record.key() != null) {
                table.accept(record);
            }
        });
    }

    /** Whether the directory holds what was published before this began. */
    public boolean hasCaughtUp() {
        return follower.hasCaughtUp();
    }

    @Override
    public void close() {
        follower.close();
    }

    private <V extends SpecificRecord> void table(
            KafkaClients clients, EventSerdes serdes, Topic<V> topic, BiConsumer<String, @Nullable V> put) {
        Deserializer<V> deserializer = serdes.avro(topic).deserializer();
        tables.put(
                clients.name(topic),
                record -> put.accept(
                        new String(record.key(), StandardCharsets.UTF_8),
                        record.value() == null ? null : deserializer.deserialize(record.topic(), record.value())));
    }
}
