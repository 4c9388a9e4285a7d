package dev.turnpike.router.decision;

import dev.turnpike.router.decision.Outcome.Granted;
import dev.turnpike.router.decision.Outcome.Rejected;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.PositionKey;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a decision leads to in one window of the team's org: a word to the lender.
 *
 * @param key of the team's position
 * @param windowEnd first instant after the window
 * @param lease what is borrowed, with the word in it
 */
public record Borrowing(PositionKey key, long windowEnd, Borrowed lease) {

    /** The words that an outcome leads to; mostly none. */
    public static List<Borrowing> after(Outcome outcome, long at) {
        Amounts need = need(outcome);
        if (need == null) {
            return List.of();
        }
        List<Borrowing> words = List.of();
        List<AppliedBudget> budgets = outcome.findings().budgets();
        for (AppliedBudget budget : budgets) {
            Borrowed lease = budget.lease();
            if (lease == null || isNamed(words, budget.key())) {
                continue;
            }
            boolean granted = outcome instanceof Granted;
            boolean refused = !granted && refuses(budgets, budget.key(), need);
            if (!granted && !refused) {
                continue;
            }
            Amounts used = budget.position().used();
            Borrowed after =
                    lease.ask(granted ? used.plus(need) : used, need, refused, limited(budgets, budget.key()), at);
            if (after.said() != lease.said()) {
                words = words.isEmpty() ? new ArrayList<>(1) : words;
                words.add(new Borrowing(budget.key(), budget.window().getWindowEnd(), after));
            }
        }
        return words;
    }

    private static @Nullable Amounts need(Outcome outcome) {
        if (outcome instanceof Granted granted) {
            return granted.grant().hold();
        }
        return outcome instanceof Rejected rejected ? rejected.needed() : null;
    }

    private static boolean refuses(List<AppliedBudget> budgets, PositionKey key, Amounts need) {
        return budgets.stream().anyMatch(budget -> budget.key().equals(key) && budget.refuses(need));
    }

    private static Set<Unit> limited(List<AppliedBudget> budgets, PositionKey key) {
        EnumSet<Unit> units = EnumSet.noneOf(Unit.class);
        for (AppliedBudget budget : budgets) {
            if (budget.lease() != null && budget.key().equals(key)) {
                units.add(budget.rule().unit());
            }
        }
        return units;
    }

    private static boolean isNamed(List<Borrowing> words, PositionKey key) {
        return words.stream().anyMatch(word -> word.key.equals(key));
    }
}
