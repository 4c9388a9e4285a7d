package dev.turnpike.schemas.serde;

import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Writes what arrived as it came. */
final class ReceivedSerializer<V> implements Serializer<Received<V>> {

    @Override
    @SuppressWarnings("NullAway") // Kafka's own signature: a record without a value stays without one
    public byte @Nullable [] serialize(String topic, @Nullable Received<V> received) {
        return received == null ? null : received.bytes();
    }
}
