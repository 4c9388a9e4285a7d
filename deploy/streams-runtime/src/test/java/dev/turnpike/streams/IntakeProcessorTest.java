package dev.turnpike.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.serde.Received;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedForward;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IntakeProcessorTest {

    private static final int PARTITIONS = 12;
    private static final byte[] KEY = "whatever the client chose".getBytes(StandardCharsets.UTF_8);
    private static final byte[] BYTES = "{\"team\":\"search\"}".getBytes(StandardCharsets.UTF_8);
    private static final long BROKER_TIME = 1_000;

    private final MockProcessorContext<Object, Object> context = new MockProcessorContext<>();

    @Test
    void shouldHandOnWhatItsOwnerReads() {
        var forwarded = process(outcome("search"), Ownership.partitionOf("search", PARTITIONS), "moved-sink");

        assertThat(forwarded.childName()).contains("next");
        assertThat(forwarded.record().key()).isEqualTo("search");
        assertThat(forwarded.record().value()).isEqualTo(outcome("search"));
    }

    @Test
    void shouldMoveWhatAnotherPartitionOwnsWithItsBytesAndItsTime() {
        var forwarded = process(outcome("search"), notTheOwner(), "moved-sink");

        assertThat(forwarded.childName()).contains("moved-sink");
        assertThat(forwarded.record().key()).isEqualTo("search");
        assertThat(forwarded.record().value()).isEqualTo(BYTES);
        assertThat(forwarded.record().timestamp()).isEqualTo(BROKER_TIME);
    }

    @Test
    void shouldSetAsideWhatIsMisplacedEvenAfterItWasMoved() {
        assertSetAside(process(outcome("search"), notTheOwner(), null), DeadLetter.MISROUTED);
    }

    @Test
    void shouldSetAsideWhatCannotBeRead() {
        var unreadable = new Received<Outcome>(null, BYTES, DeadLetter.UNREADABLE, "neither Avro nor JSON");

        assertSetAside(process(unreadable, 3, "moved-sink"), DeadLetter.UNREADABLE);
    }

    @Test
    void shouldSetAsideWhatIsNotValidBeforeItLooksForAnOwner() {
        assertSetAside(process(outcome(""), 3, "moved-sink"), DeadLetter.INVALID);
    }

    @Test
    void shouldSetAsideARecordWithoutAValue() {
        assertSetAside(process(null, 3, "moved-sink"), DeadLetter.UNREADABLE);
    }

    private void assertSetAside(CapturedForward<?, ?> forwarded, String reason) {
        assertThat(forwarded.childName()).contains(DeadLetters.SINK);
        assertThat(forwarded.record().key()).isEqualTo(KEY);
        var letter = DeadLetter.of(forwarded.record().headers());
        assertThat(letter).isNotNull();
        assertThat(letter.reason()).isEqualTo(reason);
        assertThat(letter.topic()).isEqualTo("llm.outcomes");
        assertThat(letter.offset()).isEqualTo(42);
        assertThat(letter.by()).isEqualTo("test");
        assertThat(forwarded.record().headers().lastHeader("traceparent")).isNotNull();
    }

    private CapturedForward<?, ?> process(
            @Nullable Received<Outcome> received, int partition, @Nullable String movedSink) {
        var processor = new IntakeProcessor<Outcome>(new IntakeRoute<>(
                Outcome::getTeam,
                outcome -> outcome.getTeam().isEmpty() ? "team: must not be empty" : null,
                PARTITIONS,
                movedSink,
                "next",
                "test"));
        processor.init(context);
        context.setRecordMetadata("llm.outcomes", partition, 42);
        var headers = new RecordHeaders();
        headers.add("traceparent", new byte[] {1});
        processor.process(new Record<>(KEY, received, BROKER_TIME, headers));
        List<? extends CapturedForward<?, ?>> forwarded = context.forwarded();
        assertThat(forwarded).hasSize(1);
        return forwarded.get(0);
    }

    private static Received<Outcome> outcome(String team) {
        var outcome = Outcome.newBuilder().setTeam(team).build();
        return new Received<>(outcome, BYTES, null, null);
    }

    private static int notTheOwner() {
        return (Ownership.partitionOf("search", PARTITIONS) + 1) % PARTITIONS;
    }
}
