package dev.turnpike.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class RecordTimeTest {

    private final RecordTime time = new RecordTime();

    @Test
    void shouldBeTheRecordsOwn() {
        assertThat(time.extract(record(1_000), 5_000)).isEqualTo(1_000);
    }

    @Test
    void shouldNotMoveTimeWhereTheRecordHasNone() {
        assertThat(time.extract(record(-1), 5_000)).isEqualTo(5_000);
        assertThat(time.extract(record(-1), -1)).isZero();
    }

    private static ConsumerRecord<Object, Object> record(long timestamp) {
        return new ConsumerRecord<>(
                "llm.outcomes",
                0,
                0,
                timestamp,
                TimestampType.CREATE_TIME,
                0,
                0,
                "key",
                "value",
                new RecordHeaders(),
                Optional.empty());
    }
}
