package dev.turnpike.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.metering.MemoryMeter.Input;
import dev.turnpike.metering.MemoryMeter.Written;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.event.LedgerEntry;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The laws of the books of a meter that loses its state once or twice, anywhere in a random history read in random order: with the
 * offsets of its consumer group, which say what it has dealt with, or with them rewound, where only what it has written does.
 */
class LostBooksLaws {

    private static final int HISTORIES = 15;
    private static final int INTERLEAVINGS = 8;

    static IntStream seeds() {
        return IntStream.range(0, 20);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldEndAsIfItHadNeverLostItsState(int seed) {
        Random random = new Random(seed);
        for (int i = 0; i < HISTORIES; i++) {
            History history = History.of(random);
            Reference reference = new Reference(history);
            for (int j = 0; j < INTERLEAVINGS; j++) {
                List<Input> inputs = history.interleaved(random);
                int first = random.nextInt(inputs.size() + 1);
                int second = first + random.nextInt(inputs.size() - first + 1);
                boolean isRewound = random.nextBoolean();
                String label = "seed " + seed + ", history " + i + ", interleaving " + j + ", lost at " + first
                        + " and " + second + (isRewound ? ", offsets rewound" : "");

                MemoryMeter meter = new MemoryMeter(History.POLICY, History.CATALOG);
                readAll(meter, inputs, 0, first);
                meter = lose(meter, inputs.subList(0, first), isRewound, label);
                readAll(meter, inputs, first, second);
                meter = lose(meter, inputs.subList(0, second), isRewound, label);
                readAll(meter, inputs, second, inputs.size());
                // a hold that is given back leaves no entry that tells of its end: the next tick ends it again
                meter.read(new Input.Ticks(history.end()), inputs.size());

                assertThat(MeteringLaws.amounts(meter, Position::opened))
                        .as(label)
                        .isEqualTo(reference.opened);
                assertThat(MeteringLaws.amounts(meter, Position::closed))
                        .as(label)
                        .isEqualTo(reference.opened);
                assertThat(MeteringLaws.amounts(meter, Position::spent))
                        .as(label)
                        .isEqualTo(reference.spent);
                assertThat(MeteringLaws.cells(meter)).as(label).isEqualTo(reference.cells);
                assertThat(meter.ledger)
                        .as(label)
                        .extracting(LedgerEntry::getEntryId)
                        .doesNotHaveDuplicates();
                assertThat(meter.ledger)
                        .as(label)
                        .filteredOn(entry -> entry.getKind().equals("usage"))
                        .hasSize(reference.usages);
                assertThat(meter.ledger.stream()
                                .mapToLong(LedgerEntry::getOverrunNanoUsd)
                                .sum())
                        .as(label)
                        .isEqualTo(reference.overrun);
                assertThat(meter.alerts)
                        .as(label)
                        .filteredOn(alert -> alert.getKind().equals("threshold"))
                        .extracting(alert -> alert.getAlertId())
                        .doesNotHaveDuplicates();
            }
        }
    }

    private static void readAll(MemoryMeter meter, List<Input> inputs, int from, int to) {
        for (int i = from; i < to; i++) {
            meter.read(inputs.get(i), i);
        }
    }

    /** Another meter without state, which has read again what it must. */
    private static MemoryMeter lose(MemoryMeter meter, List<Input> read, boolean isRewound, String label) {
        BiPredicate<Input, Integer> dealtWith = isRewound ? byWhatIsWritten(meter, read) : (input, place) -> true;

        MemoryMeter anew = meter.withoutState(read, dealtWith);

        assertIsNoMoreGenerous(meter, anew, label);
        assertIsBalanced(anew, label);
        for (int i = 0; i < read.size(); i++) {
            if (!dealtWith.test(read.get(i), i)) {
                anew.read(read.get(i), i);
                assertIsNoMoreGenerous(meter, anew, label);
            }
        }
        assertIsBalanced(anew, label);
        return anew;
    }

    private static BiPredicate<Input, Integer> byWhatIsWritten(MemoryMeter meter, List<Input> read) {
        int usage = lastCause(meter, read, Input.Uses.class::isInstance);
        int refusal = lastCause(meter, read, Input.Refuses.class::isInstance);
        long dispatch = meter.published.values().stream()
                .mapToLong(state -> state.value().getDispatchOffset())
                .max()
                .orElse(-1);
        long opened = Math.max(dispatch, lastCause(meter, read, Input.Opens.class::isInstance));
        return (input, place) -> {
            if (input instanceof Input.Uses) {
                return place <= usage;
            }
            if (input instanceof Input.Opens) {
                return place <= opened;
            }
            // time is not read again
            return !(input instanceof Input.Refuses) || place <= refusal;
        };
    }

    private static int lastCause(MemoryMeter meter, List<Input> read, Predicate<Input> which) {
        return meter.log.stream()
                .mapToInt(Written::cause)
                .filter(place -> which.test(read.get(place)))
                .max()
                .orElse(-1);
    }

    /** The router is never told of more that is closed, or of less that is spent, than before. */
    private static void assertIsNoMoreGenerous(MemoryMeter before, MemoryMeter after, String label) {
        Map<String, Position> positions = after.positions();
        before.positions().forEach((key, position) -> {
            Position anew = positions.get(key);
            Amounts closed = anew == null ? Amounts.ZERO : anew.closed();
            assertThat(closed.min(position.closed())).as(label + " " + key).isEqualTo(closed);
            Amounts spent = anew == null ? Amounts.ZERO : anew.spent();
            // an estimate may be made without what its end was known by, until that is read again
            assertThat(spent.min(position.spent())).as(label + " " + key).isEqualTo(position.spent());
        });
    }

    private static void assertIsBalanced(MemoryMeter meter, String label) {
        Map<String, Amounts> spent = MeteringLaws.named(meter.ledger);
        spent.values().removeIf(Amounts::isZero);
        assertThat(MeteringLaws.amounts(meter, Position::spent)).as(label).isEqualTo(spent);
        Map<String, Amounts> open = new TreeMap<>();
        meter.accounts().values().forEach(account -> MeteringLaws.addOpenHolds(account, open));
        open.values().removeIf(Amounts::isZero);
        assertThat(MeteringLaws.amounts(meter, Position::open)).as(label).isEqualTo(open);
    }
}
