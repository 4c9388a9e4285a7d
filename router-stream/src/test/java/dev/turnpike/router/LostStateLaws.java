package dev.turnpike.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.TeamPolicy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A router that has lost its state, and the offsets of its consumer group with it, goes on as if nothing had happened. */
class LostStateLaws {

    private static final Instant START = Instant.parse("2026-08-05T08:00:00Z");
    private static final int STEPS = 200;

    @TempDir
    private Path folder;

    static LongStream seeds() {
        return LongStream.range(0, 12);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldDecideAsIfItHadNeverLostItsState(long seed) {
        List<String> unharmed = new Run(seed, folder.resolve("unharmed"), List.of()).run();
        var random = new SplittableRandom(-seed);
        List<Integer> losses = List.of(random.nextInt(STEPS / 2), STEPS / 2 + random.nextInt(STEPS / 2));

        Run harmed = new Run(seed, folder.resolve("harmed"), losses);

        assertThat(harmed.run()).as("seed %d, state lost at %s", seed, losses).isEqualTo(unharmed);
        assertThat(unharmed).as("seed %d", seed).anyMatch(line -> line.contains("budget-exhausted"));
    }

    /** Publishes something once more. */
    private interface Input {
        void sendTo(Driven router);
    }

    /** Requests, many of them repeated, redecisions, and a meter that closes some holds and hears of dispatches late. */
    private static final class Run {

        private final SplittableRandom random;
        private final Path folder;
        private final List<Integer> losses;
        private final RecordedLogs logs = new RecordedLogs();
        private final List<Input> inputs = new ArrayList<>();
        private final List<LlmRequest> published = new ArrayList<>();
        private final List<Dispatch> dispatches = new ArrayList<>();
        private final Map<PositionKey, BudgetState> meter = new HashMap<>();
        private final List<String> written = new ArrayList<>();
        private int heard;
        private Driven router;

        Run(long seed, Path folder, List<Integer> losses) {
            this.random = new SplittableRandom(seed);
            this.folder = folder;
            this.losses = losses;
            this.router = new Driven(folder.resolve("0"), 1, logs);
        }

        List<String> run() {
            Instant now = START;
            send(Topics.CATALOG, "openai/good", offer(), now);
            send(Topics.POLICIES, "*", policy(), now);
            for (int step = 0; step < STEPS; step++) {
                if (losses.contains(step)) {
                    loseState(step);
                }
                now = now.plusSeconds(random.nextLong(120));
                switch (random.nextInt(6)) {
                    case 0 -> speak(now);
                    case 1 -> askAgain(now);
                    default -> publish(now);
                }
                drain(now);
            }
            router.close();
            return written;
        }

        private void loseState(int step) {
            router.close();
            router = new Driven(folder.resolve("after" + step), 1, logs);
            inputs.forEach(input -> input.sendTo(router));
        }

        private void publish(Instant now) {
            LlmRequest request;
            if (!published.isEmpty() && random.nextInt(3) == 0) {
                request = published.get(random.nextInt(published.size()));
            } else {
                request = LlmRequest.newBuilder()
                        .setRequestId("r" + published.size())
                        .setTeam("team" + random.nextInt(3))
                        .setUser("user" + random.nextInt(2))
                        .setMessages("[{\"role\":\"user\",\"content\":\"hi\"}]")
                        .build();
                published.add(request);
            }
            send(Topics.REQUESTS, "any", request, now);
        }

        private void askAgain(Instant now) {
            if (dispatches.isEmpty()) {
                return;
            }
            Dispatch last = dispatches.get(random.nextInt(dispatches.size()));
            var redecision = new Redecision(
                    last.getTeam(),
                    last.getRequestId(),
                    last.getDecision() + 1,
                    last,
                    last.getFirstAttempt(),
                    List.of(),
                    "the hold does not pay for another attempt");
            send(Topics.REDECISIONS, last.getTeam(), redecision, now);
        }

        /** Hears of some more dispatches, closes a part of what is open somewhere, and says so there alone. */
        private void speak(Instant now) {
            int until = heard + random.nextInt(dispatches.size() - heard + 1);
            for (; heard < until; heard++) {
                Dispatch dispatch = dispatches.get(heard);
                for (HoldWindow window : dispatch.getWindows()) {
                    meter.compute(
                            PositionKey.of(dispatch.getTeam(), window),
                            (key, known) -> opened(key, known, window, Amounts.of(dispatch.getHold())));
                }
            }
            List<PositionKey> keys = meter.keySet().stream()
                    .sorted((one, other) -> one.encode().compareTo(other.encode()))
                    .toList();
            if (keys.isEmpty()) {
                return;
            }
            PositionKey key = keys.get(random.nextInt(keys.size()));
            BudgetState known = meter.get(key);
            long open = known.getOpened().getNanoUsd() - known.getClosed().getNanoUsd();
            long closing = random.nextLong(open + 1);
            BudgetState said = BudgetState.newBuilder(known)
                    .setVersion(known.getVersion() + 1)
                    .setClosed(Amounts.of(known.getClosed())
                            .plus(new Amounts(closing, 0, 0))
                            .toAvro())
                    .setSpent(Amounts.of(known.getSpent())
                            .plus(new Amounts(random.nextLong(closing + 1), 0, 0))
                            .toAvro())
                    .setDispatchOffset(heard - 1)
                    .build();
            meter.put(key, said);
            logs.add(Topics.BUDGETS, key.encode(), said, now.toEpochMilli());
            send(Topics.BUDGETS, key.encode(), said, now);
        }

        private static BudgetState opened(PositionKey key, BudgetState known, HoldWindow window, Amounts hold) {
            BudgetState state = known == null
                    ? BudgetState.newBuilder()
                            .setTeam(key.team())
                            .setScope(key.scope())
                            .setScopeValue(key.scopeValue())
                            .setPeriod(key.period())
                            .setWindowStart(key.windowStart())
                            .setWindowEnd(window.getWindowEnd())
                            .setEpoch(1)
                            .setVersion(0)
                            .setOpened(Amounts.ZERO.toAvro())
                            .setClosed(Amounts.ZERO.toAvro())
                            .setSpent(Amounts.ZERO.toAvro())
                            .setDispatchOffset(-1)
                            .build()
                    : known;
            return BudgetState.newBuilder(state)
                    .setOpened(Amounts.of(state.getOpened()).plus(hold).toAvro())
                    .build();
        }

        private <V extends SpecificRecord> void send(Topic<V> topic, String key, V value, Instant at) {
            Input input = to -> to.send(topic, key, value, at);
            input.sendTo(router);
            inputs.add(input);
        }

        private void drain(Instant now) {
            for (var decision : router.read(Topics.DECISIONS)) {
                Decision value = decision.value();
                logs.add(Topics.DECISIONS, decision.key(), value, decision.timestamp());
                written.add(now + " " + value);
            }
            for (var dispatch : router.read(Topics.DISPATCHES)) {
                dispatches.add(dispatch.value());
                logs.add(Topics.DISPATCHES, dispatch.key(), dispatch.value(), dispatch.timestamp());
                written.add(now + " " + dispatch.value());
            }
            for (var rejection : router.read(Topics.REJECTIONS)) {
                Rejection value = rejection.value();
                written.add(now + " " + value);
            }
            router.readDeadLetters();
        }

        private static ModelOffer offer() {
            return ModelOffer.newBuilder()
                    .setProvider("openai")
                    .setModel("good")
                    .setPrices(List.of(Price.newBuilder()
                            .setVersion("good")
                            .setEffectiveFrom(0)
                            .setInput(1_000_000_000)
                            .setOutput(1_000_000_000)
                            .build()))
                    .setQuality(Map.of("*", 0.8))
                    .build();
        }

        private static TeamPolicy policy() {
            return TeamPolicy.newBuilder()
                    .setTeam("*")
                    .setBudgets(List.of(budget("team", "hour", 30_000_000L), budget("user", "total", 80_000_000L)))
                    .build();
        }

        private static Budget budget(String scope, String period, long limitNanoUsd) {
            return Budget.newBuilder()
                    .setName(scope)
                    .setScope(scope)
                    .setPeriod(period)
                    .setLimitNanoUsd(limitNanoUsd)
                    .build();
        }
    }
}
