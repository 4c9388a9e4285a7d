package dev.turnpike.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.registry.RegistryException;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler.Result;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
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

    private DeserializationExceptionHandler.Response handle(Exception exception) {
        ErrorHandlerContext unused = null;
        return handler.handleError(
                unused, new ConsumerRecord<>("llm.dispatches", 2, 5, new byte[0], new byte[] {7}), exception);
    }
}
