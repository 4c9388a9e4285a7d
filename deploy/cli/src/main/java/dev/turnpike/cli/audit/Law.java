package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.Tick;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.Received;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One law of the design, told every record of a log once. Records of one partition come in their order; how partitions
 * interleave must not matter.
 */
abstract class Law {

    private static final int EXAMPLES = 5;

    private final int number;
    private final String title;
    private final Cut cut;
    private long broken;
    private final List<String> examples = new ArrayList<>();

    Law(int number, String title, Cut cut) {
        this.number = number;
        this.title = title;
        this.cut = cut;
    }

    void request(Entry<Received<LlmRequest>> entry) {}

    void usage(Entry<Received<UsageReport>> entry) {}

    void outcome(Entry<Received<Outcome>> entry) {}

    void redecision(Entry<Received<Redecision>> entry) {}

    void decision(Entry<Decision> entry) {}

    void dispatch(Entry<Dispatch> entry) {}

    void rejection(Entry<Rejection> entry) {}

    void ledger(Entry<LedgerEntry> entry) {}

    void budget(Entry<BudgetState> entry) {}

    /** A window is over and forgotten. */
    void gone(PositionKey key) {}

    void alert(Entry<BudgetAlert> entry) {}

    void tick(Entry<Tick> entry) {}

    void deadLetter(Entry<DeadLetter> entry) {}

    /** Judges what only the end of the log shows. */
    void end() {}

    /** What was looked at, in one line. */
    abstract String counted();

    final Finding finding() {
        end();
        return new Finding(number, title, counted(), broken, List.copyOf(examples));
    }

    final Cut cut() {
        return cut;
    }

    /** Notes that the law is broken, unless at an instant that is not judged. */
    final void broken(long instant, String example) {
        if (cut.isJudged(instant)) {
            broken++;
            if (examples.size() < EXAMPLES) {
                examples.add(example);
            }
        }
    }

    static String count(long number, String one, String many) {
        return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? one : many);
    }
}
