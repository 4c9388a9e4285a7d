package dev.turnpike.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class DeadLetterTest {

    private static final DeadLetter LETTER =
            new DeadLetter("llm.usage", 3, 42, DeadLetter.INVALID, "team: is missing; set it", "meter");

    @Test
    void shouldCarryTheRecordAsItCameAndSayWhereItIsFrom() {
        var original = new RecordHeaders().add("traceparent", "00-1".getBytes(UTF_8));
        byte[] key = {1};
        byte[] value = {2, 3};

        var letter = LETTER.record("llm.dead-letters", 77, key, value, original);

        assertThat(letter.topic()).isEqualTo("llm.dead-letters");
        assertThat(letter.partition()).isNull();
        assertThat(letter.timestamp()).isEqualTo(77);
        assertThat(letter.key()).isSameAs(key);
        assertThat(letter.value()).isSameAs(value);
        assertThat(letter.headers().lastHeader("traceparent").value()).isEqualTo("00-1".getBytes(UTF_8));
        assertThat(DeadLetter.of(letter.headers())).isEqualTo(LETTER);
        assertThat(original.toArray())
                .as("the original's headers stay as they are")
                .hasSize(1);
    }

    @Test
    void shouldCarryARecordWithoutTimeKeyValueAndHeaders() {
        var letter = LETTER.record("llm.dead-letters", -1, null, null, null);

        assertThat(letter.timestamp()).isNull();
        assertThat(DeadLetter.of(letter.headers())).isEqualTo(LETTER);
    }

    @Test
    void shouldNameTheLastPlaceOfARecordThatDiedTwice() {
        var first = LETTER.record("llm.dead-letters", 1, null, null, null);

        var second = new DeadLetter("llm.usage-moved", 0, 1, DeadLetter.MISROUTED, "", "meter")
                .record("llm.dead-letters", 2, null, null, first.headers());

        assertThat(DeadLetter.of(second.headers())).extracting("topic").isEqualTo("llm.usage-moved");
    }

    @Test
    void shouldShortenTheDetail() {
        var letter = new DeadLetter("t", 0, 0, DeadLetter.FAILED, "x".repeat(5_000), "meter");

        assertThat(DeadLetter.of(new RecordHeaders(letter.headers())))
                .extracting("detail")
                .asString()
                .hasSize(1_000);
    }

    @Test
    void shouldNotTakeOtherHeadersForItsOwn() {
        var foreign = new RecordHeaders(LETTER.headers());
        foreign.add(DeadLetter.OFFSET, "soon".getBytes(UTF_8));
        var empty = new RecordHeaders(LETTER.headers());
        empty.add(DeadLetter.TOPIC, null);

        assertThat(DeadLetter.of(new RecordHeaders())).isNull();
        assertThat(DeadLetter.of(foreign)).isNull();
        assertThat(DeadLetter.of(empty)).isNull();
    }
}
