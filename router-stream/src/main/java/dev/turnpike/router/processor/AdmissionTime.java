package dev.turnpike.router.processor;

import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.serde.Received;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The time of a redecision: when its request was admitted. The clocks of executors play no part, so that none of them can make
 * other requests seem old.
 */
public final class AdmissionTime implements TimestampExtractor {

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        if (record.value() instanceof Received<?> received && received.value() instanceof Redecision redecision) {
            // Kafka Streams drops what has a negative time without a word
            return Math.max(0, redecision.getDispatch().getAdmittedAt());
        }
        return partitionTime >= 0 ? partitionTime : record.timestamp();
    }
}
