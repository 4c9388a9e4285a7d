package dev.turnpike.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.SpendAggregate;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ModelLineTest {

    static {
        TrustedEvents.register();
    }

    private final List<ModelOffer> offers = List.of(offer("large", 0.9), offer("small", 0.5), offer("unused", 0.7));
    private final List<ModelPerformance> performance =
            List.of(performance("large", 2_000_000.0, 2_500_000.0), performance("small", 500_000.0, 1_000_000.0));

    @Test
    void shouldRankByWhatACompletedTaskCostsAndPutTheUnusedLast() {
        List<ModelLine> lines = ModelLine.of(offers, performance, List.of(spend("small", 7_000_000)), 0);

        StringWriter text = new StringWriter();
        ModelLine.table().print(new PrintWriter(text, true), lines, false);

        assertThat(text.toString().lines())
                .containsExactly(
                        "MODEL        TASK TYPE  SCORE  ATTEMPTS  SUCCESS   PER CALL   PER TASK      SPENT",
                        "acme/small   code       0.500        20   80.0 %  $0.000500  $0.001000  $0.007000",
                        "acme/large   code       0.900        20   80.0 %  $0.002000  $0.002500      $0.00",
                        "acme/unused  code       0.700         -        -          -          -      $0.00");
    }

    @Test
    void shouldRankByAttemptWhereNothingWasJudged() {
        List<ModelPerformance> unjudged =
                List.of(performance("large", 2_000_000.0, null), performance("small", 500_000.0, null));

        assertThat(ModelLine.of(offers, unjudged, List.of(), 0))
                .extracting(ModelLine::id)
                .containsExactly("acme/small", "acme/large", "acme/unused");
    }

    private static ModelOffer offer(String model, double score) {
        return ModelOffer.newBuilder()
                .setProvider("acme")
                .setModel(model)
                .setQuality(Map.of("code", score))
                .build();
    }

    private static ModelPerformance performance(String model, double perAttempt, @Nullable Double perSuccess) {
        return ModelPerformance.newBuilder()
                .setProvider("acme")
                .setModel(model)
                .setTaskType("code")
                .setAttempts(20)
                .setErrors(0)
                .setJudged(10)
                .setSuccesses(8)
                .setInputTokens(1_000)
                .setOutputTokens(100)
                .setCostNanoUsd(perAttempt)
                .setPerSuccessNanoUsd(perSuccess)
                .setUpdatedAt(0)
                .build();
    }

    private static SpendAggregate spend(String model, long nanoUsd) {
        return SpendAggregate.newBuilder()
                .setTeam("search")
                .setProvider("acme")
                .setModel(model)
                .setTaskType("code")
                .setWindow("1d")
                .setWindowStart(0)
                .setWindowEnd(86_400_000)
                .setAmount(new AmountVector(nanoUsd, 100L, 1L))
                .setEntries(1)
                .setInputTokens(90)
                .setCacheReadTokens(0)
                .setOutputTokens(10)
                .setBaselineNanoUsd(nanoUsd)
                .build();
    }
}
