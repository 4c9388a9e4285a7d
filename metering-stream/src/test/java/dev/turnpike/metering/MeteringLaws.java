package dev.turnpike.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.metering.MemoryMeter.Input;
import dev.turnpike.metering.budget.Attempts;
import dev.turnpike.metering.budget.Booking;
import dev.turnpike.metering.budget.Hold;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.RequestAccount;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.SpendAggregate;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The laws of the books, on random histories read in random order: attempts, final reports or none, errors, notes that an
 * attempt starts, repeats, usage before its dispatch or without any, holds that expire before their usage.
 */
class MeteringLaws {

    private static final int HISTORIES = 12;
    private static final int INTERLEAVINGS = 6;

    static IntStream seeds() {
        return IntStream.range(0, 20);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldGiveTheSameTotalsInWhateverOrderTopicsAreRead(int seed) {
        eachInterleaving(seed, (history, inputs, label) -> {
            MemoryMeter meter = new MemoryMeter(History.POLICY, History.CATALOG);
            Reference reference = new Reference(history);

            inputs.forEach(meter::read);

            assertThat(amounts(meter, Position::opened)).as(label).isEqualTo(reference.opened);
            assertThat(amounts(meter, Position::closed)).as(label).isEqualTo(reference.opened);
            assertThat(amounts(meter, Position::spent)).as(label).isEqualTo(reference.spent);
            assertThat(cells(meter)).as(label).isEqualTo(reference.cells);
            assertThat(meter.ledger.stream()
                            .mapToLong(LedgerEntry::getOverrunNanoUsd)
                            .sum())
                    .as(label)
                    .isEqualTo(reference.overrun);
            assertThat(meter.ledger.stream().filter(entry -> entry.getKind().equals("usage")))
                    .as(label)
                    .hasSize(reference.usages);
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldKeepHoldsAndSpendingAddedUpAfterEveryRecord(int seed) {
        eachInterleaving(seed, (history, inputs, label) -> {
            MemoryMeter meter = new MemoryMeter(History.POLICY, History.CATALOG);

            for (Input input : inputs) {
                meter.read(input);

                Map<String, Amounts> spent = named(meter.ledger);
                spent.values().removeIf(Amounts::isZero);
                assertThat(amounts(meter, Position::spent)).as(label).isEqualTo(spent);
                Map<String, Amounts> open = new TreeMap<>();
                meter.accounts().values().forEach(account -> addOpenHolds(account, open));
                open.values().removeIf(Amounts::isZero);
                assertThat(amounts(meter, Position::open)).as(label).isEqualTo(open);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldNameEveryEntryAndEveryCauseOfAnAlertOnce(int seed) {
        eachInterleaving(seed, (history, inputs, label) -> {
            MemoryMeter meter = new MemoryMeter(History.POLICY, History.CATALOG);

            inputs.forEach(meter::read);

            assertThat(meter.ledger)
                    .as(label)
                    .extracting(LedgerEntry::getEntryId)
                    .doesNotHaveDuplicates();
            assertThat(meter.ledger)
                    .as(label)
                    .filteredOn(entry -> entry.getKind().equals("usage"))
                    .extracting(entry -> entry.getSource() + " " + entry.getUsageId())
                    .doesNotHaveDuplicates();
            // unpriced models are named each time here; the store of the meter keeps them to one a day
            assertThat(meter.alerts)
                    .as(label)
                    .filteredOn(alert -> !alert.getKind().equals("unpriced"))
                    .extracting(BudgetAlert::getAlertId)
                    .doesNotHaveDuplicates();
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldRaiseEveryThresholdThatIsPassedAtTheEnd(int seed) {
        eachInterleaving(seed, (history, inputs, label) -> {
            MemoryMeter meter = new MemoryMeter(History.POLICY, History.CATALOG);

            inputs.forEach(meter::read);

            long passed = meter.positions().values().stream()
                    .filter(position -> position.key().scope().equals("team"))
                    .mapToLong(position -> IntStream.of(50, 80, 100)
                            .filter(percent -> position.spent().nanoUsd() > 0
                                    && position.spent().nanoUsd() * 100 >= 4_000L * percent)
                            .count())
                    .sum();
            // estimates that were corrected later may have raised more
            assertThat(meter.alerts)
                    .as(label)
                    .filteredOn(alert -> "team".equals(alert.getScope()))
                    .hasSizeGreaterThanOrEqualTo((int) passed);
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldWriteTheSameForTheSameRecordsInTheSameOrder(int seed) {
        eachInterleaving(seed, (history, inputs, label) -> {
            MemoryMeter once = new MemoryMeter(History.POLICY, History.CATALOG);
            MemoryMeter again = new MemoryMeter(History.POLICY, History.CATALOG);

            inputs.forEach(once::read);
            inputs.forEach(again::read);

            assertThat(again.settlements).as(label).isEqualTo(once.settlements);
            assertThat(again.alerts).as(label).isEqualTo(once.alerts);
        });
    }

    /** Whatever budgets come and go: what has been spent in a window counts in it, whenever its budget began. */
    @ParameterizedTest
    @MethodSource("seeds")
    void shouldCountWhatWasSpentBeforeABudgetBegan(int seed) {
        Random random = new Random(seed);
        eachInterleaving(seed, (history, inputs, label) -> {
            MemoryMeter meter = new MemoryMeter(History.someBudgets(random), History.CATALOG);
            List<Input> changed = History.withChangesOfPolicy(inputs, random);

            changed.forEach(meter::read);

            long last = lastCount(changed);
            Map<String, Amounts> spent = new TreeMap<>();
            for (LedgerEntry entry : meter.ledger) {
                Reference.windows(entry, History.POLICY)
                        .filter(window -> window.getWindowEnd() > last)
                        .forEach(window -> spent.merge(
                                PositionKey.of(entry.getTeam(), window).encode(),
                                Amounts.of(entry.getAmount()),
                                Amounts::plus));
            }
            spent.values().removeIf(Amounts::isZero);
            Map<String, Amounts> positions = amounts(meter, Position::spent);
            // an estimate counts for all models of its chain
            positions.keySet().removeIf(key -> key.contains("/model/"));
            positions.keySet().removeIf(key -> meter.positions().get(key).windowEnd() <= last);
            assertThat(positions).as(label).isEqualTo(spent);
            meter.positions()
                    .forEach((key, position) -> assertThat(position.spent().minus(position.carried()))
                            .as(label + " " + key)
                            .isEqualTo(named(meter.ledger).getOrDefault(key, Amounts.ZERO)));
        });
    }

    /** Whatever budgets a dispatch knew: what is open of it counts in every window that will count its cost. */
    @ParameterizedTest
    @MethodSource("seeds")
    void shouldHoldInEveryBudgetWhatWasDispatchedBeforeItBegan(int seed) {
        Random random = new Random(seed);
        AtomicInteger reserved = new AtomicInteger();
        eachInterleaving(seed, (history, inputs, label) -> {
            MemoryMeter meter = new MemoryMeter(History.someBudgets(random), History.CATALOG);
            List<Input> changed = History.withChangesOfPolicy(inputs, random);
            long last = lastCount(changed);

            for (Input input : changed) {
                meter.read(blind(input, random));

                if (meter.countsAllOf(History.POLICY)) {
                    Map<String, Amounts> open = new TreeMap<>();
                    meter.accounts()
                            .values()
                            .forEach(account -> addOpenHolds(
                                    account,
                                    open,
                                    hold -> Reference.windows(hold.dispatch(), History.POLICY)
                                            .filter(window -> window.getWindowEnd() > last)));
                    open.values().removeIf(Amounts::isZero);
                    assertThat(amounts(meter, Position::open)).as(label).containsAllEntriesOf(open);
                    reserved.addAndGet(amounts(meter, Position::reserved).size());
                }
            }
        });
        // histories in which no budget begins over an open hold prove nothing
        assertThat(reserved).hasPositiveValue();
    }

    private static long lastCount(List<Input> inputs) {
        return inputs.stream()
                .mapToLong(input -> input instanceof Input.Counts counts ? counts.at() : 0)
                .max()
                .orElseThrow();
    }

    /** A dispatch by a policy that had some of the budgets only. */
    private static Input blind(Input input, Random random) {
        if (!(input instanceof Input.Opens opens)) {
            return input;
        }
        List<HoldWindow> known = opens.dispatch().getWindows().stream()
                .filter(window -> random.nextBoolean())
                .toList();
        return new Input.Opens(
                Dispatch.newBuilder(opens.dispatch()).setWindows(known).build());
    }

    @FunctionalInterface
    private interface Law {
        void holdsFor(History history, List<Input> inputs, String label);
    }

    private static void eachInterleaving(int seed, Law law) {
        Random random = new Random(seed);
        for (int i = 0; i < HISTORIES; i++) {
            History history = History.of(random);
            for (int j = 0; j < INTERLEAVINGS; j++) {
                law.holdsFor(
                        history,
                        history.interleaved(random),
                        "seed " + seed + ", history " + i + ", interleaving " + j);
            }
        }
    }

    /** What the entries add up to in the windows that they name. */
    static Map<String, Amounts> named(List<LedgerEntry> ledger) {
        Map<String, Amounts> named = new TreeMap<>();
        ledger.forEach(entry -> entry.getWindows()
                .forEach(window -> named.merge(
                        PositionKey.of(entry.getTeam(), window).encode(),
                        Amounts.of(entry.getAmount()),
                        Amounts::plus)));
        return named;
    }

    static void addOpenHolds(RequestAccount account, Map<String, Amounts> open) {
        addOpenHolds(account, open, hold -> hold.dispatch().getWindows().stream());
    }

    private static void addOpenHolds(
            RequestAccount account, Map<String, Amounts> open, Function<Hold, Stream<HoldWindow>> windows) {
        Amounts left = Amounts.ZERO;
        for (Booking booking : account.bookings()) {
            left = left.plus(Amounts.of(booking.entry().getAmount()));
        }
        Attempts attempts = account.attempts();
        boolean complete = attempts.announced() >= 0
                && attempts.reported().size() + attempts.unnumbered() >= attempts.announced()
                && attempts.reported().containsAll(attempts.started().keySet());
        Map<Integer, Long> silent = new TreeMap<>(attempts.started());
        silent.keySet().removeAll(attempts.reported());
        boolean bounded = attempts.announced() >= 0
                && attempts.reported().size() + attempts.unnumbered() + silent.size() >= attempts.announced()
                && !silent.containsValue(Attempts.UNKNOWN);
        Amounts held = Amounts.ZERO;
        for (Hold hold : account.holds()) {
            held = held.plus(Amounts.of(hold.dispatch().getHold()));
        }
        long bounds = silent.values().stream().mapToLong(Long::longValue).sum();
        long given = bounded ? Math.max(0, held.minus(held.min(left)).nanoUsd() - bounds) : 0;
        for (Hold hold : account.holds()) {
            Amounts amount = Amounts.of(hold.dispatch().getHold());
            Amounts used = amount.min(left);
            left = left.minus(used);
            Amounts rest = amount.minus(used);
            long free = Math.min(given, rest.nanoUsd());
            given -= free;
            Amounts kept = new Amounts(rest.nanoUsd() - free, rest.tokens(), rest.requests());
            if (!complete && !hold.expired()) {
                windows.apply(hold)
                        .forEach(window -> open.merge(
                                PositionKey.of(account.team(), window).encode(), kept, Amounts::plus));
            }
        }
    }

    static Map<String, Amounts> amounts(MemoryMeter meter, Function<Position, Amounts> part) {
        Map<String, Amounts> amounts = new TreeMap<>();
        meter.positions().forEach((key, position) -> {
            if (!part.apply(position).isZero()) {
                amounts.put(key, part.apply(position));
            }
        });
        return amounts;
    }

    static Map<String, Amounts> cells(MemoryMeter meter) {
        Map<String, Amounts> cells = new TreeMap<>();
        for (SpendAggregate cell : meter.cells().values()) {
            String labels = cell.getTag() != null
                    ? cell.getTag() + "=" + cell.getTagValue()
                    : cell.getTaskId() != null
                            ? "task " + cell.getTaskId()
                            : cell.getUser() + " " + cell.getProvider() + " " + cell.getModel();
            String key = (cell.getWindow().equals("1h") ? "HOUR " : "DAY ") + cell.getWindowStart() + " " + labels;
            cells.merge(key, Amounts.of(cell.getAmount()), Amounts::plus);
        }
        cells.values().removeIf(Amounts::isZero);
        return cells;
    }
}
