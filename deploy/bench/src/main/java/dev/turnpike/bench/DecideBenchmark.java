package dev.turnpike.bench;

import dev.turnpike.router.decision.Ask;
import dev.turnpike.router.decision.Fleet;
import dev.turnpike.router.decision.Headroom;
import dev.turnpike.router.decision.Offer;
import dev.turnpike.router.decision.Outcome;
import dev.turnpike.router.decision.Position;
import dev.turnpike.router.decision.Router;
import dev.turnpike.router.decision.TeamRules;
import dev.turnpike.router.decision.TokenCounter;
import dev.turnpike.router.decision.TrackRecord;
import dev.turnpike.router.estimate.PromptSuccess;
import dev.turnpike.router.prompt.PromptReader;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one decision takes: a hard budget, a quality floor that most offers clear, one fallback. */
@State(Scope.Benchmark)
// the median is what a decision takes; the mean is what the machine's other work makes of it
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class DecideBenchmark {

    private static final long NOW = 1_785_925_800_000L;
    private static final Headroom UNTOUCHED = key -> Position.EMPTY;
    // 1,000 characters of prose
    private static final String PROMPT =
            "Summarise what the committee decided about the bridge, who objected and what it will cost. ".repeat(11);

    @Param({"10", "100", "1000"})
    private int offers;

    private Fleet fleet;
    private TeamRules rules;
    private Ask ask;
    private Router plain;
    private Router estimating;

    @Setup
    public void setUp() {
        TrustedEvents.register();
        List<Offer> all = new ArrayList<>();
        for (int i = 0; i < offers; i++) {
            all.add(new Offer(offer(i), List.of()));
        }
        fleet = Fleet.of(all, Map.of());
        rules = TeamRules.of(policy());
        LlmRequest request = LlmRequest.newBuilder()
                .setRequestId("r1")
                .setTeam("search")
                .setMessages("[{\"role\":\"user\",\"content\":\"" + PROMPT + "\"}]")
                .build();
        ask = Ask.first(request, PromptReader.read(request));
        plain = new Router(new TrackRecord(null), TokenCounter.NONE);
        estimating = new Router(new TrackRecord(PromptSuccess.shipped()), TokenCounter.NONE);
    }

    @Benchmark
    public Outcome withoutEstimator() {
        return plain.decide(ask, fleet, rules, UNTOUCHED, NOW);
    }

    @Benchmark
    public Outcome withEstimator() {
        return estimating.decide(ask, fleet, rules, UNTOUCHED, NOW);
    }

    private static ModelOffer offer(int i) {
        // no two alike, in no order
        long price = 1_000_000_000L + (i * 7_919L % 1_000) * 10_000_000L;
        return ModelOffer.newBuilder()
                .setProvider("provider-" + i % 7)
                .setModel("model-" + i)
                .setContextTokens(128_000L)
                .setTools(true)
                .setQuality(Map.of("*", 0.5 + (i * 31 % 100) / 250.0))
                .setPrices(List.of(Price.newBuilder()
                        .setVersion("v" + i)
                        .setEffectiveFrom(0)
                        .setInput(price)
                        .setOutput(4 * price)
                        .build()))
                .build();
    }

    private static TeamPolicy policy() {
        TeamPolicy policy = TeamPolicy.newBuilder()
                .setTeam("search")
                .setBudgets(List.of(Budget.newBuilder()
                        .setName("day")
                        .setScope("team")
                        .setPeriod("day")
                        .setLimitNanoUsd(1_000_000_000_000L)
                        .build()))
                .build();
        policy.getRouting().setQualityFloor(0.55);
        return policy;
    }
}
