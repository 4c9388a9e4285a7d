package dev.turnpike.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.registry.RegistryException;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler.Result;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.processor.TaskId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UnreadableRecordHandlerTest {

    private final UnreadableRecordHandler handler = new UnreadableRecordHandler();

    @BeforeEach
    void configure() {
        handler.configure(Map.of(UnreadableRecordHandler.TOPIC, "llm.dead-letters", "application.id", "test"));
    }

    @Test
    void shouldSetAsideARecordWhoseBytesAreWrong() {
        var response = handle(new SerializationException("unknown magic byte 7"));

        assertThat(response.result()).isEqualTo(Result.RESUME);
        assertThat(response.deadLetterQueueRecords()).singleElement().satisfies(letter -> {
            assertThat(letter.topic()).isEqualTo("llm.dead-letters");
            assertThat(letter.value()).isEqualTo(new byte[] {7});
            assertThat(DeadLetter.of(letter.headers()))
                    .isEqualTo(new DeadLetter(
                            "llm.dispatches", 2, 5, DeadLetter.UNREADABLE, "unknown magic byte 7", "test"));
        });
    }

    @Test
    void shouldFailTheTaskWhenTheRegistryDoesNotAnswer() {
        var response = handle(new RegistryException("http://127.0.0.1:1: refused"));

        assertThat(response.result()).isEqualTo(Result.FAIL);
    }

    @Test
    void shouldLeaveTheTableAsItIsWhereTheRecordIsOfAGlobalOne() {
        var response = handle(new SerializationException("unknown magic byte 7"), new TaskId(-1, -1));

        assertThat(response.result()).isEqualTo(Result.RESUME);
        // the global thread cannot write them, and would die of the attempt
        assertThat(response.deadLetterQueueRecords()).isEmpty();
    }

    private DeserializationExceptionHandler.Response handle(Exception exception) {
        return handle(exception, new TaskId(0, 2));
    }

    private DeserializationExceptionHandler.Response handle(Exception exception, TaskId task) {
        var record = new ConsumerRecord<>("llm.dispatches", 2, 5, new byte[0], new byte[] {7});
        return handler.handleError(new Context(record, task), record, exception);
    }

    private record Context(ConsumerRecord<byte[], byte[]> record, TaskId taskId) implements ErrorHandlerContext {

        @Override
        public String topic() {
            return record.topic();
        }

        @Override
        public int partition() {
            return record.partition();
        }

        @Override
        public long offset() {
            return record.offset();
        }

        @Override
        public Headers headers() {
            return record.headers();
        }

        @Override
        public String processorNodeId() {
            return "source";
        }

        @Override
        public long timestamp() {
            return record.timestamp();
        }

        @Override
        public byte[] sourceRawKey() {
            return record.key();
        }

        @Override
        public byte[] sourceRawValue() {
            return record.value();
        }
    }
}
