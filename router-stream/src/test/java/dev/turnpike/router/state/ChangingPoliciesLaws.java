package dev.turnpike.router.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.router.decision.Ask;
import dev.turnpike.router.decision.Fleet;
import dev.turnpike.router.decision.Grant;
import dev.turnpike.router.decision.Headroom;
import dev.turnpike.router.decision.Offer;
import dev.turnpike.router.decision.Outcome;
import dev.turnpike.router.decision.Outcome.Granted;
import dev.turnpike.router.decision.Outcome.Rejected;
import dev.turnpike.router.decision.Position;
import dev.turnpike.router.decision.Prompt;
import dev.turnpike.router.decision.RejectionCode;
import dev.turnpike.router.decision.Router;
import dev.turnpike.router.decision.TokenCounter;
import dev.turnpike.router.decision.TrackRecord;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.BudgetCalendar;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetScopes.Dimensions;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Law 2 while policies change: budgets added, removed and added again, limits lowered, time zones changed, a team's own policy taken
 * away; with feedback that is late and a meter that counts new budgets late.
 */
class ChangingPoliciesLaws {

    static {
        TrustedEvents.register();
    }

    private static final int WORLDS = 10_000;
    private static final int STEPS = 40;
    private static final long START = Instant.parse("2026-03-28T20:00:00Z").toEpochMilli();
    private static final List<String> ZONES = List.of("UTC", "Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles");
    private static final List<String> PERIODS = List.of("hour", "day", "total");

    @Test
    void shouldNeverPassAHardLimitWhateverChangesMeanwhile() {
        int granted = 0;
        int exhausted = 0;
        int starting = 0;
        int inherited = 0;
        for (int seed = 0; seed < WORLDS; seed++) {
            World world = new World(seed);
            for (int step = 0; step < STEPS; step++) {
                world.step("seed " + seed + ", step " + step);
            }
            granted += world.granted;
            exhausted += world.exhausted;
            starting += world.starting;
            inherited += world.inherited;
        }
        // worlds in which one of these does not happen prove nothing of it
        assertThat(List.of(granted, exhausted, starting, inherited)).allMatch(count -> count > WORLDS / 4);
    }

    /** A request that was dispatched: what it holds, and what it cost once that is known. */
    private static final class Served {

        private final long admittedAt;
        private final Dimensions dimensions;
        private final Amounts hold;
        private final Set<PositionKey> windows;
        private @Nullable Amounts cost;

        Served(long admittedAt, Dimensions dimensions, Amounts hold, Set<PositionKey> windows) {
            this.admittedAt = admittedAt;
            this.dimensions = dimensions;
            this.hold = hold;
            this.windows = windows;
        }

        Amounts use() {
            return cost == null ? hold : cost;
        }
    }

    /** One team, what the router knows, and everything that was ever served, from which the truth is counted anew each time. */
    private static final class World implements Headroom {

        private final SplittableRandom random;
        private final Tables tables = new Tables();
        private final Router router = new Router(new TrackRecord(null), TokenCounter.NONE);
        private final Fleet fleet = Fleet.of(List.of(new Offer(offer(), List.of())), Map.of());
        private final Map<PositionKey, Position> known = new HashMap<>();
        private final List<Served> served = new ArrayList<>();
        // what was spent and held in a window by requests that do not name it, when the meter counted it
        private final Map<PositionKey, Set<Served>> carried = new HashMap<>();
        private final List<BudgetState> underWay = new ArrayList<>();
        private @Nullable TeamPolicy own;
        private TeamPolicy shared;
        private long now = START;
        private long version;
        private long policies;
        private long counted;
        private int granted;
        private int exhausted;
        private int starting;
        private int inherited;

        World(long seed) {
            random = new SplittableRandom(seed);
            shared = policy("*", null);
            apply("*", shared);
            count();
        }

        @Override
        public Position at(PositionKey key) {
            return known.getOrDefault(key, Position.EMPTY);
        }

        @Override
        public long countedPolicies() {
            return counted;
        }

        void step(String when) {
            now += random.nextLong(1_500_000);
            switch (random.nextInt(10)) {
                case 0 -> change();
                case 1 -> count();
                case 2, 3 -> settle();
                case 4, 5 -> deliver();
                default -> request(when);
            }
        }

        private TeamPolicy inForce() {
            return own == null ? shared : own;
        }

        private void change() {
            switch (random.nextInt(4)) {
                case 0 -> {
                    shared = policy("*", shared);
                    apply("*", shared);
                }
                case 1 -> {
                    if (own != null) {
                        own = null;
                        inherited++;
                        tables.putPolicy("search", null, policies++);
                    }
                }
                default -> {
                    own = policy("search", inForce());
                    apply("search", own);
                }
            }
        }

        private void apply(String team, TeamPolicy policy) {
            tables.putPolicy(team, policy, policies++);
        }

        private TeamPolicy policy(String team, @Nullable TeamPolicy before) {
            List<Budget> budgets = new ArrayList<>();
            for (String scope : List.of("team", "user")) {
                for (String period : PERIODS) {
                    if (random.nextInt(3) == 0) {
                        budgets.add(Budget.newBuilder()
                                .setName(scope + period)
                                .setScope(scope)
                                .setPeriod(period)
                                .setLimitNanoUsd(random.nextLong(1, 12) * 1_000_000)
                                .build());
                    }
                }
            }
            TeamPolicy policy = TeamPolicy.newBuilder()
                    .setTeam(team)
                    .setTimezone(ZONES.get(random.nextInt(ZONES.size())))
                    .setBudgets(budgets)
                    .build();
            policy.getRouting().setOutputCap(1_000);
            policy.getRouting().setMinOutputCap(400);
            policy.setEarlier(BudgetCalendar.earlier(policy, before, Instant.ofEpochMilli(now)));
            return policy;
        }

        /** The meter counts what was spent and held in the windows of now before their budgets began, and says so. */
        private void count() {
            for (String user : List.of("ann", "bob")) {
                for (PositionKey key : windows(inForce(), dimensions(user), now)) {
                    Set<Served> others = new HashSet<>();
                    for (Served one : served) {
                        if (!one.windows.contains(key)
                                && windows(inForce(), one.dimensions, one.admittedAt)
                                        .contains(key)) {
                            others.add(one);
                        }
                    }
                    carried.put(key, others);
                    say(key);
                    // nobody knows of it before that is read
                    takeOver(underWay.remove(underWay.size() - 1));
                }
            }
            counted = policies;
        }

        private void settle() {
            List<Served> open = served.stream().filter(one -> one.cost == null).toList();
            if (open.isEmpty()) {
                return;
            }
            Served one = open.get(random.nextInt(open.size()));
            one.cost = new Amounts(random.nextLong(one.hold.nanoUsd() + 1), 0, 0);
            one.windows.forEach(this::say);
            carried.forEach((key, others) -> {
                if (others.contains(one)) {
                    say(key);
                }
            });
        }

        private void say(PositionKey key) {
            Amounts opened = Amounts.ZERO;
            Amounts closed = Amounts.ZERO;
            Amounts spent = Amounts.ZERO;
            for (Served one : served) {
                if (one.windows.contains(key)) {
                    opened = opened.plus(one.hold);
                    closed = closed.plus(one.cost == null ? Amounts.ZERO : one.hold);
                    spent = spent.plus(one.cost == null ? Amounts.ZERO : one.cost);
                }
            }
            Amounts reserved = Amounts.ZERO;
            for (Served one : carried.getOrDefault(key, Set.of())) {
                spent = spent.plus(one.cost == null ? Amounts.ZERO : one.cost);
                reserved = reserved.plus(one.cost == null ? one.hold : Amounts.ZERO);
            }
            underWay.add(BudgetState.newBuilder()
                    .setTeam(key.team())
                    .setScope(key.scope())
                    .setScopeValue(key.scopeValue())
                    .setPeriod(key.period())
                    .setWindowStart(key.windowStart())
                    .setWindowEnd(Long.MAX_VALUE)
                    .setEpoch(1)
                    .setVersion(++version)
                    .setOpened(opened.toAvro())
                    .setClosed(closed.toAvro())
                    .setSpent(spent.toAvro())
                    .setReserved(reserved.toAvro())
                    .setDispatchOffset(served.size() - 1)
                    .build());
        }

        /** Feedback arrives late and twice. */
        private void deliver() {
            for (int i = 0; i < 3 && !underWay.isEmpty(); i++) {
                takeOver(underWay.get(random.nextInt(underWay.size())));
            }
        }

        private void takeOver(BudgetState state) {
            known.put(PositionKey.of(state), at(PositionKey.of(state)).feedback(state));
        }

        private void request(String when) {
            String user = random.nextBoolean() ? "ann" : "bob";
            LlmRequest request = LlmRequest.newBuilder()
                    .setRequestId("r" + served.size())
                    .setTeam("search")
                    .setUser(user)
                    .setMessages("[]")
                    .build();
            Prompt prompt =
                    new Prompt(100, 50, Long.MAX_VALUE, 1, false, false, false, "", List.of(), null, null, null);
            Outcome outcome = router.decide(Ask.first(request, prompt), fleet, tables.rulesOf("search"), this, now);
            if (outcome instanceof Rejected rejected) {
                exhausted += rejected.code() == RejectionCode.BUDGET_EXHAUSTED ? 1 : 0;
                starting += rejected.code() == RejectionCode.BUDGET_STARTING ? 1 : 0;
                return;
            }
            Grant grant = ((Granted) outcome).grant();
            granted++;
            Set<PositionKey> windows = new HashSet<>();
            grant.holds().forEach(held -> windows.add(held.key()));
            assertThat(windows).as(when).isEqualTo(windows(inForce(), dimensions(user), now));
            grant.holds().forEach(held -> known.put(held.key(), held.position()));
            served.add(new Served(now, dimensions(user), grant.hold(), windows));
            assertWithinLimits(when, user);
        }

        private void assertWithinLimits(String when, String user) {
            for (BudgetScopes.Applied applied : BudgetScopes.windowsAt(inForce(), dimensions(user), now)) {
                PositionKey key = PositionKey.of("search", applied.window());
                long used = 0;
                for (Served one : served) {
                    boolean counts = one.windows.contains(key)
                            || carried.getOrDefault(key, Set.of()).contains(one);
                    used += counts ? one.use().nanoUsd() : 0;
                }
                assertThat(used)
                        .as("%s: %s by %s", when, applied.budget().getName(), key)
                        .isLessThanOrEqualTo(applied.budget().getLimitNanoUsd());
            }
        }

        private static Set<PositionKey> windows(TeamPolicy policy, Dimensions dimensions, long at) {
            Set<PositionKey> windows = new HashSet<>();
            for (BudgetScopes.Applied applied : BudgetScopes.windowsAt(policy, dimensions, at)) {
                HoldWindow window = applied.window();
                if (window != null) {
                    windows.add(PositionKey.of("search", window));
                }
            }
            return windows;
        }

        private static Dimensions dimensions(String user) {
            return new Dimensions("search", user, null, null, Map.of());
        }

        private static ModelOffer offer() {
            return ModelOffer.newBuilder()
                    .setProvider("a")
                    .setModel("one")
                    .setPrices(List.of(Price.newBuilder()
                            .setVersion("1")
                            .setEffectiveFrom(0)
                            .setInput(1_000_000_000)
                            .setOutput(1_000_000_000)
                            .build()))
                    .setQuality(Map.of("*", 0.8))
                    .build();
        }
    }
}
