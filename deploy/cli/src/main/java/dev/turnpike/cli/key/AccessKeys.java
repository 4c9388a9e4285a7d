package dev.turnpike.cli.key;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.gateway.key.IssuedKey;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.AccessKey;
import dev.turnpike.schemas.serde.EventSerdes;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** The keys of a cluster's teams. */
public final class AccessKeys {

    private final Cluster cluster;
    private final EventSerdes serdes;

    public AccessKeys(Cluster cluster, EventSerdes serdes) {
        this.cluster = cluster;
        this.serdes = serdes;
    }

    /** A new key, published; its secret is in the answer and nowhere else. */
    public IssuedKey create(String team, @Nullable String user, Instant now) {
        IssuedKey key = IssuedKey.issue(team, user, now, new SecureRandom());
        String topic = cluster.name(Topics.KEYS);
        byte[] value = serdes.avro(Topics.KEYS).serializer().serialize(topic, key.published());
        publish(List.of(record(topic, key.published(), value)));
        return key;
    }

    /** Makes keys worthless, for every door at once. */
    public void revoke(Collection<AccessKey> keys) {
        String topic = cluster.name(Topics.KEYS);
        publish(keys.stream().map(key -> record(topic, key, null)).toList());
    }

    /**
     * The keys of a team, the oldest first.
     *
     * @param user null: of anybody
     */
    public static List<AccessKey> of(TopicLog log, String team, @Nullable String user) {
        return log.table(Topics.KEYS).values().stream()
                .filter(key -> key.getTeam().equals(team))
                .filter(key -> user == null || user.equals(key.getUser()))
                .sorted(Comparator.comparing(AccessKey::getCreatedAt))
                .toList();
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, AccessKey key, byte @Nullable [] value) {
        return new ProducerRecord<>(topic, key.getKeyHash().getBytes(StandardCharsets.UTF_8), value);
    }

    private void publish(List<ProducerRecord<byte[], byte[]>> records) {
        if (records.isEmpty()) {
            return;
        }
        try (Producer<byte[], byte[]> producer = cluster.producer(Map.of())) {
            List<Future<?>> sent =
                    records.stream().<Future<?>>map(producer::send).toList();
            for (var one : sent) {
                one.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while publishing keys", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException refused ? refused : new KafkaException(e);
        }
    }
}
