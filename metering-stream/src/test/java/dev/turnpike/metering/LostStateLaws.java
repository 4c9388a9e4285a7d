package dev.turnpike.metering;

import static dev.turnpike.metering.Given.HOUR;
import static dev.turnpike.metering.Given.MINUTE;
import static dev.turnpike.metering.Given.NOON;
import static dev.turnpike.metering.Given.link;
import static dev.turnpike.metering.Given.offer;
import static dev.turnpike.metering.Given.price;
import static dev.turnpike.metering.Given.tokens;
import static dev.turnpike.metering.Given.usd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.Tick;
import dev.turnpike.schemas.event.UsageReport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A meter that has lost its state, with the offsets of its consumer group or with them rewound, ends as if nothing had happened. */
class LostStateLaws {

    private static final int STEPS = 120;

    @TempDir
    private Path folder;

    static LongStream seeds() {
        return LongStream.range(0, 4);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldEndAsIfItHadNeverLostItsState(long seed) {
        var random = new SplittableRandom(-seed);
        List<Integer> losses = List.of(random.nextInt(STEPS / 2), STEPS / 2 + random.nextInt(STEPS / 2));
        Run unharmed = new Run(seed, folder.resolve("unharmed"), losses, false);
        Run harmed = new Run(seed, folder.resolve("harmed"), losses, true);

        unharmed.run();
        harmed.run();

        String label = "seed " + seed + ", lost at " + losses;
        assertThat(harmed.windows()).as(label).containsExactlyInAnyOrderEntriesOf(unharmed.windows());
        assertThat(harmed.cells).as(label).containsExactlyInAnyOrderEntriesOf(unharmed.cells);
        assertThat(harmed.entries).as(label).doesNotHaveDuplicates();
        assertThat(harmed.alerts).as(label).containsExactlyInAnyOrderElementsOf(unharmed.alerts);
        assertThat(harmed.lent).as(label).isEqualTo(unharmed.lent);
        if (harmed.areOffsetsKept) {
            assertThat(harmed.entries).as(label).containsExactlyInAnyOrderElementsOf(unharmed.entries);
            assertThat(harmed.samples).as(label).containsExactlyInAnyOrderElementsOf(unharmed.samples);
            assertThat(harmed.deadLetters).as(label).containsExactlyInAnyOrderElementsOf(unharmed.deadLetters);
        } else {
            // what no entry tells of may be judged or set aside a second time
            assertThat(harmed.samples).as(label).containsAll(unharmed.samples);
            assertThat(harmed.deadLetters).as(label).containsAll(unharmed.deadLetters);
        }
        assertThat(unharmed.alerts).as(label).isNotEmpty();
        assertThat(unharmed.lent).as(label).isNotEmpty();
    }

    /** Publishes something once more. */
    private interface Input {
        void sendTo(MeterDriver meter);
    }

    /** Dispatches with one or two attempts, reports in time, late, repeated or never, outcomes, refusals and budgets that begin. */
    private static final class Run {

        private final SplittableRandom random;
        private final Path folder;
        private final List<Integer> losses;
        private final boolean isHarmed;
        private final boolean areOffsetsKept;
        private final RecordedLogs logs;
        private final List<Input> tables = new ArrayList<>();
        private final List<Input> loops = new ArrayList<>();
        private final List<Input> inputs = new ArrayList<>();
        private final List<UsageReport> late = new ArrayList<>();
        private final List<UsageReport> reported = new ArrayList<>();
        private final Map<String, List<Amounts>> windows = new TreeMap<>();
        private final Map<String, Long> ends = new HashMap<>();
        final Map<String, Amounts> lent = new TreeMap<>();
        final List<String> entries = new ArrayList<>();
        final Map<String, Amounts> cells = new TreeMap<>();
        final List<String> alerts = new ArrayList<>();
        final List<String> samples = new ArrayList<>();
        final List<String> deadLetters = new ArrayList<>();
        private long now = NOON;
        private int requests;
        private MeterDriver meter;

        Run(long seed, Path folder, List<Integer> losses, boolean isHarmed) {
            this.isHarmed = isHarmed;
            this.random = new SplittableRandom(seed);
            this.areOffsetsKept = random.nextBoolean();
            this.logs = new RecordedLogs(areOffsetsKept);
            this.folder = folder;
            this.losses = losses;
            this.meter = start(0);
        }

        private MeterDriver start(int number) {
            return new MeterDriver(folder.resolve("" + number), 1, Map.of("metering.horizon", "3h"), logs);
        }

        void run() {
            send(Topics.CATALOG, "openai/small", offer("openai", "small", price("small@1", 2)));
            send(Topics.ORGS, "acme", org());
            send(Topics.POLICIES, "*", policy(1));
            send(
                    Topics.POLICIES,
                    "team0",
                    TeamPolicy.newBuilder(policy(2))
                            .setTeam("team0")
                            .setOrg("acme")
                            .build());
            tick();
            for (int step = 0; step < STEPS; step++) {
                if (losses.contains(step)) {
                    if (isHarmed) {
                        loseState(step);
                    }
                    tick();
                }
                now += random.nextLong(6 * MINUTE);
                switch (random.nextInt(12)) {
                    case 0, 1, 2 -> tick();
                    case 3 -> judge();
                    case 4 -> reportLate();
                    case 5 -> repeat();
                    case 6 -> reportUndispatched();
                    default -> dispatch();
                }
                if (step == STEPS / 3) {
                    send(Topics.POLICIES, "*", policy(3));
                    tick();
                }
            }
            late.forEach(this::send);
            now += 20 * MINUTE;
            tick();
            // once more, for what the rebuilt one says of an incarnation of its own
            tick();
            meter.close();
        }

        /** Those that cannot have ended: when one does depends on what was last known to use it. */
        Map<String, List<Amounts>> windows() {
            Map<String, List<Amounts>> live = new TreeMap<>(windows);
            live.keySet().removeIf(key -> ends.get(key) <= now - 3 * HOUR);
            return live;
        }

        private void loseState(int step) {
            meter.close();
            meter = start(step + 1);
            List<Input> all = new ArrayList<>(tables);
            all.addAll(loops);
            all.addAll(inputs);
            all.forEach(input -> input.sendTo(meter));
            drain();
        }

        private void tick() {
            now += 1_000;
            send(Topics.TICKS, "0", new Tick(0, null));
        }

        private void dispatch() {
            String id = "r" + requests++;
            String team = "team" + random.nextInt(3);
            LlmRequest request = Given.request(id)
                    .setTeam(team)
                    .setUser("user" + random.nextInt(2))
                    .setTaskId(random.nextInt(3) == 0 ? "task" : null)
                    .setTags(random.nextBoolean() ? Map.of("project", "p" + random.nextInt(2)) : Map.of())
                    .build();
            Dispatch dispatch = Given.dispatch(
                            request,
                            policy(2),
                            now,
                            new Amounts(random.nextInt(400), random.nextInt(400), 1),
                            link("openai", "small", price("small@1", 2)))
                    .setOnExpiry(random.nextInt(4) == 0 ? "release" : "capture")
                    .build();
            boolean isUsageFirst = random.nextInt(6) == 0;
            if (!isUsageFirst) {
                send(Topics.DISPATCHES, team, dispatch);
            }
            if (random.nextInt(3) == 0) {
                send(started(request));
            }
            int attempts = 1 + random.nextInt(2);
            for (int attempt = 1; attempt <= attempts; attempt++) {
                UsageReport report = report(request, attempt, attempts);
                switch (random.nextInt(5)) {
                    case 0 -> late.add(report);
                    case 1 -> {}
                    default -> send(report);
                }
            }
            if (isUsageFirst) {
                send(Topics.DISPATCHES, team, dispatch);
            } else if (random.nextInt(6) == 0) {
                Rejection rejection = Given.rejection(id, attempts);
                rejection.setTeam(team);
                send(Topics.REJECTIONS, team, rejection);
            }
        }

        private UsageReport started(LlmRequest request) {
            return UsageReport.newBuilder(report(request, 1, 2))
                    .setUsageId(request.getRequestId() + "#1#started")
                    .setStatus("started")
                    .setBoundNanoUsd(300L)
                    .build();
        }

        private UsageReport report(LlmRequest request, int attempt, int attempts) {
            return Given.usage(request.getRequestId(), attempt, "openai", random.nextInt(5) == 0 ? "dear" : "small")
                    .setTeam(request.getTeam())
                    .setUser(request.getUser())
                    .setOccurredAt(now)
                    .setInputTokens(random.nextInt(150))
                    .setLatencyMs((long) random.nextInt(1_000))
                    .setStatus(attempt < attempts ? "error" : "ok")
                    .setFinal$(attempt == attempts)
                    .setAttempts(attempt == attempts ? attempts : null)
                    .build();
        }

        private void reportLate() {
            if (!late.isEmpty()) {
                send(late.remove(random.nextInt(late.size())));
            }
        }

        private void repeat() {
            if (!reported.isEmpty()) {
                send(reported.get(reported.size() - 1 - random.nextInt(Math.min(20, reported.size()))));
            }
        }

        private void reportUndispatched() {
            LlmRequest request = Given.request("other" + requests++)
                    .setTeam("team" + random.nextInt(3))
                    .build();
            send(UsageReport.newBuilder(report(request, 1, 1))
                    .setRequestId(random.nextBoolean() ? request.getRequestId() : null)
                    .build());
        }

        private void judge() {
            String request = "r" + Math.max(0, requests - 1 - random.nextInt(10));
            for (int team = 0; team < 3; team++) {
                Outcome outcome = Outcome.newBuilder()
                        .setTeam("team" + team)
                        .setRequestId(request)
                        .setScore(random.nextInt(2) * 1.0)
                        .build();
                send(Topics.OUTCOMES, "any", outcome);
            }
        }

        private void send(UsageReport report) {
            reported.add(report);
            send(Topics.USAGE, "any", report);
        }

        private <V extends SpecificRecord> void send(Topic<V> topic, String key, V value) {
            now += 1;
            Input input = logged(topic, key, value, now);
            (isTable(topic) ? tables : inputs).add(input);
            input.sendTo(meter);
            drain();
        }

        private <V extends SpecificRecord> Input logged(Topic<V> topic, String key, V value, long at) {
            logs.add(topic, key, value, at);
            return to -> to.pipe(topic, key, value, at);
        }

        private static boolean isTable(Topic<?> topic) {
            return topic == Topics.CATALOG || topic == Topics.ORGS || topic == Topics.POLICIES;
        }

        private void drain() {
            take(Topics.LEDGER, (key, entry) -> entries.add(entry.getEntryId()));
            take(Topics.BUDGETS, this::budget);
            take(Topics.SPEND, (key, cell) -> cells.put(key, Amounts.of(cell.getAmount())));
            take(Topics.ALERTS, (key, alert) -> alerts.add(alert.getAlertId()));
            take(
                    Topics.LEASES,
                    (key, lease) ->
                            lent.put(key, Amounts.of(lease.getGranted()).minus(Amounts.of(lease.getReturned()))));
            take(Topics.MODEL_PERFORMANCE, (key, performance) -> {});
            // the driver has handed them on already
            takeLoop(Topics.LEASE_REQUESTS, word -> {});
            takeLoop(Topics.PERFORMANCE_SAMPLES, sample -> samples.add(sample.toString()));
            meter.readBytes(Topics.DEAD_LETTERS)
                    .forEach(letter -> deadLetters.add(
                            text(letter.headers().lastHeader(DeadLetter.REASON).value())));
        }

        private void budget(String key, @Nullable BudgetState state) {
            if (state == null) {
                windows.remove(key);
            } else if (!state.getTeam().isEmpty()) {
                ends.put(key, state.getWindowEnd());
                windows.put(
                        key,
                        List.of(
                                Amounts.of(state.getOpened()),
                                Amounts.of(state.getClosed()),
                                Amounts.of(state.getSpent()),
                                state.getCarried() == null ? Amounts.ZERO : Amounts.of(state.getCarried()),
                                state.getReserved() == null ? Amounts.ZERO : Amounts.of(state.getReserved())));
            }
        }

        private <V extends SpecificRecord> void take(Topic<V> topic, BiConsumer<String, V> taker) {
            for (TestRecord<String, V> record : meter.read(topic)) {
                logs.add(topic, record.key(), record.value(), record.timestamp());
                taker.accept(record.key(), record.value());
            }
        }

        private <V extends SpecificRecord> void takeLoop(Topic<V> topic, Consumer<V> taker) {
            for (TestRecord<String, V> record : meter.read(topic)) {
                loops.add(logged(topic, record.key(), record.value(), record.timestamp()));
                taker.accept(record.value());
            }
        }

        private static String text(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        private static Org org() {
            Budget total = usd("org", "total", 30_000);
            return Org.newBuilder()
                    .setOrg("acme")
                    .setTimezone("Europe/Berlin")
                    .setBudgets(List.of(total))
                    .build();
        }

        private static TeamPolicy policy(int budgets) {
            Budget[] all = {
                usd("team", "day", 4_000, 10, 50, 100),
                tokens("user", "hour", 900),
                usd("tag:project", "total", 2_000, 1, 50)
            };
            return TeamPolicy.newBuilder(Given.policy("America/New_York", Arrays.copyOf(all, budgets)))
                    .setTeam("*")
                    .build();
        }
    }
}
