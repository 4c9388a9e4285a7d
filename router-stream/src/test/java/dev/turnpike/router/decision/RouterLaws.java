package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.NOW;
import static dev.turnpike.router.decision.Given.offer;
import static dev.turnpike.router.decision.Given.policy;
import static dev.turnpike.router.decision.Given.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.router.decision.DecisionEvents.Source;
import dev.turnpike.router.decision.Outcome.Granted;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetScopes.Dimensions;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.WindowView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws 2 and 6 on the pure code, for any interleaving of requests, redecisions, usage and feedback. */
class RouterLaws {

    private static final int STEPS = 300;
    private static final String[] PERIODS = {"hour", "day", "week", "month", "total"};
    private static final String[] SCOPES = {"team", "user", "task", "model", "tag:feature"};

    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldNeverPassAHardLimitWhateverTheOrderOfFeedback(long seed) {
        var world = new World(seed);
        for (int step = 0; step < STEPS; step++) {
            world.step();
            world.assertWithinLimits("seed " + seed + ", step " + step);
        }
        assertThat(world.dispatched)
                .as("a world in which nothing is dispatched proves nothing")
                .isPositive();
        assertThat(world.refused).as("nor does one without limits").isPositive();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldGiveTheSameBytesForTheSameRecords(long seed) {
        var once = new World(seed);
        var again = new World(seed);
        for (int step = 0; step < STEPS; step++) {
            once.step();
            again.step();
        }

        assertThat(again.written.toByteArray()).isEqualTo(once.written.toByteArray());
    }

    /** A team with random budgets, the router's positions, and a meter that knows the truth by counting everything. */
    private static final class World {

        private final SplittableRandom random;
        private final TeamPolicy policy;
        private final TeamRules rules;
        private final Router router = new Router(new TrackRecord(null), TokenCounter.NONE);
        private final DecisionEvents events = new DecisionEvents(Duration.ofMinutes(10));
        private final Fleet fleet = Given.fleet(
                offer("a/cheap", "0.1", "0.4", 0.5),
                offer("b/fair", "1", "3", 0.7),
                offer("c/good", "1.2", "4", 0.8),
                offer("d/strong", "10", "40", 0.95));

        private final Map<PositionKey, Position> known = new HashMap<>();
        private final List<Hold> holds = new ArrayList<>();
        private final Map<PositionKey, Amounts> spent = new HashMap<>();
        private final List<BudgetState> feedback = new ArrayList<>();
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private long now = NOW;
        private long version;
        private int dispatched;
        private int refused;

        World(long seed) {
            random = new SplittableRandom(seed);
            policy = policy();
            // one that is sure to refuse before long
            policy.getBudgets().add(budget("tight", "team", "month", true));
            for (int i = random.nextInt(4); i > 0; i--) {
                policy.getBudgets()
                        .add(budget(
                                "b" + i,
                                SCOPES[random.nextInt(SCOPES.length)],
                                PERIODS[random.nextInt(PERIODS.length)],
                                random.nextInt(3) > 0));
            }
            policy.getRouting().setFallbacks(random.nextInt(3));
            policy.getRouting().setExplore(random.nextInt(2) * 0.2);
            policy.getRouting().setQualityFloor(random.nextInt(2) * 0.6);
            policy.getRouting().setEconomyFloor(0.4);
            policy.getRouting().setEconomyAt(70);
            rules = TeamRules.of(policy);
        }

        private Budget budget(String name, String scope, String period, boolean hard) {
            var budget = Given.hard(name, scope, period, "0");
            budget.setEnforcement(hard ? "hard" : "soft");
            switch (random.nextInt(3)) {
                case 0 -> budget.setLimitNanoUsd(random.nextLong(50_000_000, 200_000_000));
                case 1 -> {
                    budget.setLimitNanoUsd(null);
                    budget.setLimitTokens(random.nextLong(10_000, 200_000));
                }
                default -> {
                    budget.setLimitNanoUsd(null);
                    budget.setLimitRequests(random.nextLong(1, 60));
                }
            }
            return budget;
        }

        void step() {
            now += random.nextLong(600_000);
            switch (random.nextInt(4)) {
                case 0, 1 -> decide(first(), now);
                case 2 -> use();
                default -> deliver();
            }
        }

        private Ask first() {
            LlmRequest request = request("r" + dispatched + "/" + refused);
            request.setUser("u" + random.nextInt(3));
            request.setTaskId("t" + random.nextInt(3));
            request.setTags(Map.of("feature", "f" + random.nextInt(2)));
            if (random.nextInt(4) == 0) {
                request.setModel(random.nextBoolean() ? "d/strong" : "fair");
            }
            if (random.nextInt(4) == 0) {
                request.setMaxOutputTokens(random.nextLong(1, 2_000));
            }
            return Ask.first(request, Given.prompt(random.nextLong(1, 4_000)));
        }

        private void decide(Ask ask, long admittedAt) {
            Outcome outcome =
                    router.decide(ask, fleet, rules, key -> known.getOrDefault(key, Position.EMPTY), admittedAt);
            var published = events.of(ask, outcome, rules, new Source("llm.requests", 0, 0), admittedAt);
            write(published.decision());
            if (!(outcome instanceof Granted granted)) {
                refused++;
                return;
            }
            dispatched++;
            write(published.dispatch());
            for (Grant.Held held : granted.grant().holds()) {
                known.put(held.key(), held.position());
            }
            holds.add(new Hold(published.dispatch(), ask, windowsOf(published.dispatch())));
            assertNamesItsVersions(published.decision());
        }

        /** An attempt is over: it cost something up to its bound; or nothing, and another decision is wanted. */
        private void use() {
            if (holds.isEmpty()) {
                return;
            }
            Hold hold = holds.get(random.nextInt(holds.size()));
            if (hold.open.isZero()) {
                return;
            }
            var bound = Amounts.of(hold.dispatch
                    .getChain()
                    .get(random.nextInt(hold.dispatch.getChain().size()))
                    .getBound());
            var cost = new Amounts(
                            random.nextLong(bound.nanoUsd() + 1), random.nextLong(bound.tokens() + 1), bound.requests())
                    .min(hold.open);
            boolean last = random.nextBoolean();
            Amounts closing = last ? hold.open : cost;
            hold.open = hold.open.minus(closing);
            hold.closed = hold.closed.plus(closing);
            for (PositionKey key : hold.windows) {
                spent.merge(key, cost, Amounts::plus);
                feedback.add(state(key));
            }
            if (last && random.nextInt(4) == 0 && hold.ask.decision() == 0) {
                var again = new Ask(
                        hold.ask.request(),
                        hold.ask.prompt(),
                        1,
                        1,
                        Set.of(hold.dispatch.getChain().get(0).getProvider()
                                + '/'
                                + hold.dispatch.getChain().get(0).getModel()));
                decide(again, hold.dispatch.getAdmittedAt());
            }
        }

        /** Feedback arrives late, out of order, twice, or never. */
        private void deliver() {
            for (int i = 0; i < 3 && !feedback.isEmpty(); i++) {
                BudgetState state = feedback.get(random.nextInt(feedback.size()));
                known.merge(
                        PositionKey.of(state),
                        Position.EMPTY.feedback(state),
                        (position, unused) -> position.feedback(state));
            }
        }

        /** Where a dispatch must be held, by the contract and not by the router. */
        private Set<PositionKey> windowsOf(Dispatch dispatch) {
            LlmRequest request = dispatch.getRequest();
            Set<PositionKey> windows = new HashSet<>();
            for (ChainModel model : dispatch.getChain()) {
                assertThat(Amounts.of(model.getBound()).max(Amounts.of(dispatch.getHold())))
                        .as("the hold pays for any model of the chain")
                        .isEqualTo(Amounts.of(dispatch.getHold()));
                var dimensions = new Dimensions(
                                "search", request.getUser(), request.getTaskId(), null, request.getTags())
                        .withModel(model.getProvider(), model.getModel());
                BudgetScopes.windowsAt(policy, dimensions, dispatch.getAdmittedAt())
                        .forEach(applied -> windows.add(PositionKey.of("search", applied.window())));
            }
            assertThat(dispatch.getWindows())
                    .extracting(window -> PositionKey.of("search", window))
                    .containsExactlyInAnyOrderElementsOf(windows);
            return windows;
        }

        private BudgetState state(PositionKey key) {
            Amounts opened = Amounts.ZERO;
            Amounts closed = Amounts.ZERO;
            for (Hold hold : holds) {
                if (hold.windows.contains(key)) {
                    opened = opened.plus(hold.open).plus(hold.closed);
                    closed = closed.plus(hold.closed);
                }
            }
            version++;
            var state = Given.state(1, version, opened, closed, spent.getOrDefault(key, Amounts.ZERO));
            state.setScope(key.scope());
            state.setScopeValue(key.scopeValue());
            state.setPeriod(key.period());
            state.setWindowStart(key.windowStart());
            return state;
        }

        /** Counts everything anew, without any of the router's own numbers. */
        void assertWithinLimits(String when) {
            Map<PositionKey, Amounts> used = new HashMap<>(spent);
            for (Hold hold : holds) {
                for (PositionKey key : hold.windows) {
                    used.merge(key, hold.open, Amounts::plus);
                }
            }
            for (Budget budget : policy.getBudgets()) {
                if (!budget.getEnforcement().equals("hard")) {
                    continue;
                }
                var rule = BudgetRule.of(budget);
                used.forEach((key, amounts) -> {
                    if (key.scope().equals(rule.scope())
                            && key.period().equals(rule.period().wireName())) {
                        assertThat(amounts.in(rule.unit()))
                                .as("%s: %s of %s", when, rule.unit(), key)
                                .isLessThanOrEqualTo(rule.limit());
                    }
                });
            }
        }

        /** What the audit checks: the decision alone shows that the limit holds, by the versions it names. */
        private static void assertNamesItsVersions(Decision decision) {
            for (WindowView view : decision.getWindows()) {
                if (view.getEnforcement().equals("hard")) {
                    Unit unit = Unit.valueOf(view.getUnit().toUpperCase(Locale.ROOT));
                    long open = Amounts.of(view.getHeld())
                            .minus(Amounts.of(view.getClosed()))
                            .in(unit);
                    assertThat(Amounts.of(view.getSpent()).in(unit) + open)
                            .isLessThanOrEqualTo(Amounts.of(view.getLimit()).in(unit));
                }
            }
        }

        private void write(SpecificRecord event) {
            try {
                BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(written, null);
                new SpecificDatumWriter<>(event.getSchema()).write(event, encoder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A hold as the meter sees it. */
    private static final class Hold {

        private final Dispatch dispatch;
        private final Ask ask;
        private final Set<PositionKey> windows;
        private Amounts open;
        private Amounts closed = Amounts.ZERO;

        Hold(Dispatch dispatch, Ask ask, Set<PositionKey> windows) {
            this.dispatch = dispatch;
            this.ask = ask;
            this.windows = windows;
            this.open = Amounts.of(dispatch.getHold());
        }
    }
}
