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
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.SpendAggregate;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
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

                Map<String, Amounts> spent = new TreeMap<>();
                meter.ledger.forEach(entry -> entry.getWindows()
                        .forEach(window -> spent.merge(
                                PositionKey.of(entry.getTeam(), window).encode(),
                                Amounts.of(entry.getAmount()),
                                Amounts::plus)));
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

    private static void addOpenHolds(RequestAccount account, Map<String, Amounts> open) {
        Amounts left = Amounts.ZERO;
        for (Booking booking : account.bookings()) {
            left = left.plus(Amounts.of(booking.entry().getAmount()));
        }
        Attempts attempts = account.attempts();
        boolean complete = attempts.announced() >= 0
                && attempts.reported().size() + attempts.unnumbered() >= attempts.announced()
                && attempts.reported().containsAll(attempts.started());
        for (Hold hold : account.holds()) {
            Amounts amount = Amounts.of(hold.dispatch().getHold());
            Amounts used = amount.min(left);
            left = left.minus(used);
            if (!complete && !hold.expired()) {
                hold.dispatch()
                        .getWindows()
                        .forEach(window -> open.merge(
                                PositionKey.of(account.team(), window).encode(), amount.minus(used), Amounts::plus));
            }
        }
    }

    private static Map<String, Amounts> amounts(MemoryMeter meter, Function<Position, Amounts> part) {
        Map<String, Amounts> amounts = new TreeMap<>();
        meter.positions().forEach((key, position) -> {
            if (!part.apply(position).isZero()) {
                amounts.put(key, part.apply(position));
            }
        });
        return amounts;
    }

    private static Map<String, Amounts> cells(MemoryMeter meter) {
        Map<String, Amounts> cells = new TreeMap<>();
        for (SpendAggregate cell : meter.cells().values()) {
            String labels = cell.getTag() == null
                    ? cell.getUser() + " " + cell.getProvider() + " " + cell.getModel()
                    : cell.getTag() + "=" + cell.getTagValue();
            String key = (cell.getWindow().equals("1h") ? "HOUR " : "DAY ") + cell.getWindowStart() + " " + labels;
            cells.merge(key, Amounts.of(cell.getAmount()), Amounts::plus);
        }
        cells.values().removeIf(Amounts::isZero);
        return cells;
    }
}
