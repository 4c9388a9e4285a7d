package dev.turnpike.metering.performance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.PerformanceSample;
import org.junit.jupiter.api.Test;

class SamplesTest {

    static {
        TrustedEvents.register();
    }

    @Test
    void shouldTakeAnAnswerThatWasHeldBackForABadOneAndNotForAnError() {
        LedgerEntry entry = entry();
        entry.setVerdict("invalid-json");

        PerformanceSample sample = Samples.ofAttempt(entry);

        assertThat(sample.getJudged()).isEqualTo(1);
        assertThat(sample.getScore()).isZero();
        assertThat(sample.getErrors()).isZero();
    }

    @Test
    void shouldNotJudgeAnAnswerThatWasDelivered() {
        assertThat(Samples.ofAttempt(entry()).getJudged()).isZero();
    }

    private static LedgerEntry entry() {
        var entry = new LedgerEntry();
        entry.setStatus("ok");
        entry.setProvider("openai");
        entry.setModel("small");
        entry.setAmount(new AmountVector(100L, 10L, 1L));
        return entry;
    }
}
