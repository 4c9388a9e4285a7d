package dev.turnpike.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.metering.lease.Lease;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold of an org's limit however the words of its lender, routers and meters interleave. */
class LeaseLaws {

    private static final long LIMIT = 1_000_000;
    private static final long MOST_NEED = 5_000;
    private static final int WORLDS_PER_SEED = 500;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldNeverPassTheLimitWhateverFailsAndHoweverLateWordsAre(long seed) {
        RandomGenerator random = random(seed);
        for (int world = 0; world < WORLDS_PER_SEED; world++) {
            LeaseModel model = model(random, LIMIT / 10, 200);
            model.review();
            int steps = 50 + random.nextInt(250);
            for (int i = 0; i < steps; i++) {
                happen(model, random);
                assertThat(within(model.used(), model.limit()))
                        .as("seed %d, world %d, step %d: %s", seed, world, i, model.used())
                        .isTrue();
            }
            model.settle();
            for (LeaseModel.Team team : model.teams) {
                Lease lease = team.lease();
                assertThat(lease.recalled())
                        .as("seed %d, world %d: answered", seed, world)
                        .isFalse();
                assertThat(within(team.used(), lease.level()))
                        .as("seed %d, world %d: %s uses what it has borrowed", seed, world, team.name)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldUseTheLimitBeforeEveryTeamIsRefused(long seed) {
        RandomGenerator random = random(seed);
        for (int world = 0; world < WORLDS_PER_SEED / 10; world++) {
            LeaseModel model = model(random, LIMIT, LIMIT);
            model.review();
            exhaust(model, random, model.teams.size());

            assertThat(model.used().nanoUsd())
                    .as("seed %d, world %d, %d teams", seed, world, model.teams.size())
                    .isGreaterThanOrEqualTo(LIMIT * 97 / 100)
                    .isLessThanOrEqualTo(LIMIT);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldBringTheMoneyOfIdleTeamsToTheOneThatIsBusy(long seed) {
        RandomGenerator random = random(seed);
        for (int world = 0; world < WORLDS_PER_SEED / 10; world++) {
            LeaseModel model = model(random, LIMIT, LIMIT);
            model.review();
            exhaust(model, random, 1);

            assertThat(model.teams.get(0).used().nanoUsd())
                    .as("seed %d, world %d, %d teams", seed, world, model.teams.size())
                    .isGreaterThanOrEqualTo(LIMIT * 97 / 100);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldSpeakByTeamsAndNotByRequests(long seed) {
        RandomGenerator random = random(seed);
        for (long limit = LIMIT; limit <= 16 * LIMIT; limit *= 16) {
            LeaseModel model = model(random, limit, limit);
            model.review();
            exhaust(model, random, model.teams.size());
            int teams = model.teams.size();
            // sixteen times as many requests, and hardly more words
            int most = teams * 250;
            assertThat(model.routerWords + model.leaseWords)
                    .as(
                            "seed %d, limit %d, %d teams: %d of routers, %d leases, %d of meters",
                            seed, limit, teams, model.routerWords, model.leaseWords, model.meterWords)
                    .isLessThan(most);

            int before = model.routerWords + model.leaseWords;
            for (int i = 0; i < 1_000; i++) {
                model.teams.get(random.nextInt(teams)).request(need(random));
                model.settle();
            }
            assertThat(model.routerWords + model.leaseWords - before)
                    .as("seed %d, limit %d: words on 1,000 requests that are refused", seed, limit)
                    .isLessThan(1_000);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldStopDispatchingWhenTheLimitIsLowered(long seed) {
        RandomGenerator random = random(seed);
        for (int world = 0; world < WORLDS_PER_SEED / 10; world++) {
            LeaseModel model = model(random, LIMIT, LIMIT);
            model.review();
            for (int i = 0; i < 300; i++) {
                happen(model, random);
            }
            Amounts lower = new Amounts(LIMIT / 4, 0, LIMIT);
            model.setLimit(lower);
            long most = Math.max(lower.nanoUsd(), model.used().nanoUsd());
            for (int i = 0; i < 300; i++) {
                if (i == 50) {
                    model.review();
                }
                happen(model, random);
                assertThat(model.used().nanoUsd())
                        .as("seed %d, world %d", seed, world)
                        .isLessThanOrEqualTo(most);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldBePassedByNoMoreThanWasSpentWithoutHold(long seed) {
        RandomGenerator random = random(seed);
        for (int world = 0; world < WORLDS_PER_SEED / 10; world++) {
            LeaseModel model = model(random, LIMIT / 10, LIMIT);
            model.review();
            long beside = 0;
            for (int i = 0; i < 500; i++) {
                if (random.nextInt(50) == 0) {
                    long cost = random.nextLong(MOST_NEED);
                    model.teams.get(random.nextInt(model.teams.size())).spendBeside(cost);
                    beside += cost;
                }
                happen(model, random);
                assertThat(model.used().nanoUsd() - beside)
                        .as("seed %d, world %d", seed, world)
                        .isLessThanOrEqualTo(model.limit().nanoUsd());
            }
        }
    }

    /** Requests at the first {@code busy} teams until no request of any size is dispatched any more. */
    private static void exhaust(LeaseModel model, RandomGenerator random, int busy) {
        int inVain = 0;
        while (inVain < 20 * busy) {
            LeaseModel.Team team = model.teams.get(random.nextInt(busy));
            inVain = team.request(need(random)) ? 0 : inVain + 1;
            for (int i = random.nextInt(10); i > 0; i--) {
                model.step();
            }
            if (inVain > 5) {
                model.settle();
            }
        }
    }

    private static void happen(LeaseModel model, RandomGenerator random) {
        int what = random.nextInt(100);
        if (what < 30) {
            model.teams.get(random.nextInt(model.teams.size())).request(need(random));
        } else if (what < 32) {
            model.fail();
        } else if (what < 33) {
            model.review();
        } else {
            model.step();
        }
    }

    private static LeaseModel model(RandomGenerator random, long nanoUsd, long requests) {
        return new LeaseModel(1 + random.nextInt(8), new Amounts(nanoUsd, 0, requests), random);
    }

    private static long need(RandomGenerator random) {
        return 1 + random.nextLong(MOST_NEED);
    }

    private static boolean within(Amounts amounts, Amounts limit) {
        for (Unit unit : LeaseModel.UNITS) {
            if (amounts.in(unit) > limit.in(unit)) {
                return false;
            }
        }
        return true;
    }

    private static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }
}
