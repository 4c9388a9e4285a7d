package dev.turnpike.metering;

import static dev.turnpike.metering.Given.MINUTE;
import static dev.turnpike.metering.Given.NOON;
import static dev.turnpike.metering.Given.TEAM;
import static dev.turnpike.metering.Given.link;
import static dev.turnpike.metering.Given.price;
import static dev.turnpike.metering.Given.usd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.metering.MemoryMeter.Input;
import dev.turnpike.metering.state.Kept;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.metering.state.Table;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.Tick;
import dev.turnpike.schemas.event.UsageReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeteringTopologyTest {

    private static final TeamPolicy POLICY = Given.policy("UTC", usd("team", "day", 10_000));

    @TempDir
    private Path folder;

    @Test
    void shouldWriteATickASecondToItsOwnPartition() {
        try (MeterDriver meter = new MeterDriver(folder, 1, Map.of())) {
            meter.passSeconds(3);

            assertThat(meter.read(Topics.TICKS))
                    .extracting(tick -> tick.key() + " " + tick.value().getPartition())
                    .isNotEmpty()
                    .containsOnly("0 0");
        }
    }

    @Test
    void shouldNotTellTheRouterWhatItOpenedItself() {
        try (MeterDriver meter = new MeterDriver(folder, 1, Map.of())) {
            meter.pipe(Topics.DISPATCHES, TEAM, dispatch("r1"), NOON);

            assertThat(meter.read(Topics.BUDGETS)).isEmpty();
        }
    }

    @Test
    void shouldEndMoreAtEachTickWhileOthersWait() {
        try (MeterDriver meter = new MeterDriver(folder, 1, Map.of("metering.expiry.budget", "2"))) {
            for (int i = 0; i < 9; i++) {
                meter.pipe(Topics.DISPATCHES, TEAM, dispatch("r" + i), NOON);
            }
            List<Integer> estimates = new ArrayList<>();
            for (int tick = 0; tick < 4; tick++) {
                meter.pipe(Topics.TICKS, "0", new Tick(0, null), NOON + 20 * MINUTE + tick);
                estimates.add(meter.read(Topics.LEDGER).size());
            }

            assertThat(estimates).containsExactly(2, 4, 3, 0);
        }
    }

    @Test
    void shouldEndAHoldThatCameAfterItsTime() {
        try (MeterDriver meter = new MeterDriver(folder, 1, Map.of())) {
            meter.pipe(Topics.TICKS, "0", new Tick(0, null), NOON + 20 * MINUTE);
            meter.pipe(Topics.DISPATCHES, TEAM, dispatch("r1"), NOON);
            meter.pipe(Topics.TICKS, "0", new Tick(0, null), NOON + 20 * MINUTE + 1_000);

            assertThat(meter.read(Topics.LEDGER))
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.value().getKind()).isEqualTo("estimate"));
        }
    }

    /** After a task has moved, the tables of its new instance may be behind those that it went by. */
    @Test
    void shouldCountABudgetThoughAnOlderPolicyIsReadInBetween() {
        try (MeterDriver meter = new MeterDriver(folder, 1, Map.of())) {
            TeamPolicy changed = Given.policy("UTC", usd("team", "day", 10_000), usd("user", "day", 500));
            meter.pipe(Topics.POLICIES, TEAM, POLICY, NOON);
            Kept<TeamPolicy> older = kept(meter, TEAM);
            meter.pipe(Topics.USAGE, TEAM, elsewhere("u1"), NOON);
            meter.pipe(Topics.POLICIES, TEAM, changed, NOON);
            meter.pipe(Topics.TICKS, "0", new Tick(0, null), NOON + 1_000);
            Kept<TeamPolicy> newer = kept(meter, TEAM);

            read(meter, older);
            meter.pipe(Topics.USAGE, TEAM, elsewhere("u2"), NOON + 1_500);
            meter.pipe(Topics.TICKS, "0", new Tick(0, null), NOON + 2_000);
            read(meter, newer);
            meter.pipe(Topics.TICKS, "0", new Tick(0, null), NOON + 3_000);
            meter.pipe(Topics.USAGE, TEAM, elsewhere("u3"), NOON + 4_000);

            assertThat(meter.read(Topics.BUDGETS))
                    .filteredOn(state -> state.key().startsWith(TEAM + "/user/ann/"))
                    .last()
                    .satisfies(state ->
                            assertThat(state.value().getSpent().getTokens()).isEqualTo(30));
        }
    }

    /** Ten tokens of ann through another gateway. */
    private static UsageReport elsewhere(String id) {
        return usage("r", 10).setUsageId(id).setRequestId(null).setUser("ann").build();
    }

    private static Kept<TeamPolicy> kept(MeterDriver meter, String team) {
        return meter.<TeamPolicy>table(MeteringStores.POLICIES).get(team);
    }

    private static void read(MeterDriver meter, Kept<TeamPolicy> policy) {
        var table = meter.<TeamPolicy>table(MeteringStores.POLICIES);
        table.put(TEAM, policy);
        table.put(Table.NEWEST, new Kept<>(null, policy.offset()));
    }

    @Test
    void shouldCountWhatItDoes() {
        try (MeterDriver meter = new MeterDriver(folder, 1, Map.of())) {
            meter.pipe(Topics.DISPATCHES, TEAM, dispatch("r1"), NOON);
            meter.pipe(Topics.DISPATCHES, TEAM, dispatch("r2"), NOON);
            meter.pipe(Topics.USAGE, TEAM, usage("r1", 60).build(), NOON);
            meter.pipe(Topics.USAGE, TEAM, usage("r1", 60).build(), NOON);
            meter.pipe(Topics.USAGE, TEAM, usage("r3", 60).build(), NOON);
            meter.pipe(Topics.USAGE, TEAM, usage("r4", 60).setOccurredAt(0).build(), NOON);

            assertThat(meter.metrics.get("turnpike.holds.open").gauge().value()).isEqualTo(1);
            assertThat(counted(meter, "turnpike.ledger.entries", "kind", "usage"))
                    .isEqualTo(2);
            assertThat(counted(meter, "turnpike.ledger.overruns")).isEqualTo(1);
            assertThat(counted(meter, "turnpike.ledger.unpriced")).isEqualTo(1);
            assertThat(counted(meter, "turnpike.usage.repeats")).isEqualTo(1);
            assertThat(counted(meter, "turnpike.alerts", "kind", "overrun")).isEqualTo(1);
            assertThat(counted(meter, "turnpike.dead.letters", "reason", "too-old"))
                    .isEqualTo(1);
            assertThat(meter.metrics
                            .get("turnpike.usage.settle.latency")
                            .timer()
                            .count())
                    .isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldWriteTheSameBytesForTheSameRecords(int seed) {
        List<Input> inputs = History.of(new Random(seed)).interleaved(new Random(seed));

        List<String> once = written(inputs, folder.resolve("once"));
        List<String> again = written(inputs, folder.resolve("again"));

        assertThat(once).isNotEmpty();
        assertThat(again).isEqualTo(once);
    }

    /** Topology and pure code agree: what is between them loses and doubles nothing. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void shouldBookWhatThePureCodeBooks(int seed) {
        List<Input> inputs = History.of(new Random(seed)).interleaved(new Random(seed));
        MemoryMeter pure = new MemoryMeter(History.POLICY, History.CATALOG);
        inputs.forEach(pure::read);

        try (MeterDriver meter = new MeterDriver(folder, 1, Map.of("metering.horizon", "720h"))) {
            pipe(meter, inputs);

            assertThat(meter.read(Topics.LEDGER))
                    .extracting(entry -> entry.value().getEntryId() + " "
                            + Amounts.of(entry.value().getAmount()))
                    .containsExactlyInAnyOrderElementsOf(
                            pure.ledger.stream().map(MeteringTopologyTest::line).toList());
        }
    }

    private static String line(LedgerEntry entry) {
        return entry.getEntryId() + " " + Amounts.of(entry.getAmount());
    }

    private static List<String> written(List<Input> inputs, Path stateDir) {
        List<String> bytes = new ArrayList<>();
        try (MeterDriver meter = new MeterDriver(stateDir, 1, Map.of("metering.horizon", "720h"))) {
            pipe(meter, inputs);
            for (Topic<?> topic : MeterDriver.outputs()) {
                meter.readBytes(topic)
                        .forEach(record -> bytes.add(topic.suffix() + " "
                                + (record.value() == null ? "" : HexFormat.of().formatHex(record.value()))));
            }
        }
        return bytes;
    }

    private static void pipe(MeterDriver meter, List<Input> inputs) {
        meter.pipe(Topics.POLICIES, TEAM, History.POLICY, 0);
        for (String id : List.of("openai/small", "openai/large")) {
            meter.pipe(Topics.CATALOG, id, History.CATALOG.offers().apply(id), 0);
        }
        for (Input input : inputs) {
            if (input instanceof Input.Opens opens) {
                meter.pipe(
                        Topics.DISPATCHES,
                        TEAM,
                        opens.dispatch(),
                        opens.dispatch().getAdmittedAt());
            } else if (input instanceof Input.Uses uses) {
                meter.pipe(Topics.USAGE, TEAM, uses.report(), uses.at());
            } else if (input instanceof Input.Refuses refuses) {
                meter.pipe(Topics.REJECTIONS, TEAM, rejection(refuses), refuses.at());
            } else if (input instanceof Input.Ticks ticks) {
                meter.pipe(Topics.TICKS, "0", new Tick(0, null), ticks.at());
            }
        }
    }

    private static Rejection rejection(Input.Refuses refuses) {
        return Rejection.newBuilder()
                .setTeam(TEAM)
                .setRequestId(refuses.requestId())
                .setDecision(9)
                .setRequestedAt(refuses.at())
                .setCode("budget-exhausted")
                .setReason("test")
                .setAttempts(refuses.attempts())
                .build();
    }

    private static double counted(MeterDriver meter, String name, String... tags) {
        return meter.metrics.get(name).tags(tags).counter().count();
    }

    private static Dispatch dispatch(String requestId) {
        return Given.dispatch(
                        Given.request(requestId).build(),
                        POLICY,
                        NOON,
                        new Amounts(100, 50, 1),
                        link("openai", "small", price("small@1", 2)))
                .build();
    }

    private static UsageReport.Builder usage(String requestId, long tokens) {
        return Given.usage(requestId, 1, "openai", "small")
                .setInputTokens(tokens)
                .setFinal$(true)
                .setAttempts(1);
    }
}
