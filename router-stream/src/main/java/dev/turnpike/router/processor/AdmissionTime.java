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
            // nor can one that claims to be of the future drive this task's time there
            return Math.max(0, Math.min(redecision.getDispatch().getAdmittedAt(), record.timestamp()));
        }
        return partitionTime >= 0 ? partitionTime : record.timestamp();
    }
}
