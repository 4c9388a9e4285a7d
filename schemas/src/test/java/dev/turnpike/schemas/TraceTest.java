package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTest {

    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Test
    void shouldGoFromOneRecordToTheNext() {
        RecordHeaders from = new RecordHeaders();
        from.add("traceparent", PARENT.getBytes(StandardCharsets.UTF_8));
        from.add("tracestate", "vendor=1".getBytes(StandardCharsets.UTF_8));
        from.add("turnpike-signature", new byte[] {1});
        RecordHeaders to = new RecordHeaders();

        Trace.of(from).addTo(to);

        assertThat(to)
                .extracting(header -> header.key() + ' ' + new String(header.value(), StandardCharsets.UTF_8))
                .containsExactly("traceparent " + PARENT, "tracestate vendor=1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01\n"
            })
    void shouldTakeNothingForATraceThatIsNone(String parent) {
        assertThat(Trace.of(parent, "vendor=1")).isEqualTo(Trace.NONE);
    }

    @Test
    void shouldLeaveOutAStateThatNobodyMustHandOn() {
        assertThat(Trace.of(PARENT, "x".repeat(513)).headers()).containsOnlyKeys("traceparent");
        assertThat(Trace.of(new RecordHeaders().add("traceparent", null))).isEqualTo(Trace.NONE);
    }
}
