package dev.turnpike.router.decision;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.HoldWindow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a dispatch may use: models in order, and the hold that pays for them: for the dearest of those of which one answers, and
 * for the first of a cascade besides.
 *
 * @param chain the models to try
 * @param cascade null where the first model's answer is delivered whatever it is
 * @param hold opened in each of the windows
 * @param holds the windows, each with its position after the hold
 * @param explored whether the first model was tried to learn about it
 */
public record Grant(List<Plan> chain, @Nullable Cascade cascade, Amounts hold, List<Held> holds, boolean explored) {

    /** A window with its position after the hold. */
    public record Held(PositionKey key, HoldWindow window, Position position) {}

    /**
     * @param behind the models to try, after the cheap one of a cascade
     * @throws ArithmeticException if a position leaves the range of a long
     */
    static Grant of(List<Plan> behind, @Nullable Cascade cascade, List<AppliedBudget> shared, boolean explored) {
        List<Plan> chain = behind;
        if (cascade != null) {
            chain = new ArrayList<>(behind.size() + 1);
            chain.add(cascade.first());
            chain.addAll(behind);
        }
        Amounts hold = hold(behind, cascade == null ? null : cascade.first());
        List<Held> holds = new ArrayList<>(shared.size() + 1);
        hold(shared, hold, holds);
        for (Plan plan : chain) {
            hold(plan.ownBudgets(), hold, holds);
        }
        return new Grant(chain, cascade, hold, holds, explored);
    }

    /** What pays for the dearest of a chain, and for another plan before it. */
    static Amounts hold(List<Plan> chain, @Nullable Plan before) {
        Amounts hold = chain.get(0).bound();
        for (int i = 1; i < chain.size(); i++) {
            hold = hold.max(chain.get(i).bound());
        }
        return before == null
                ? hold
                : new Amounts(
                        Math.addExact(hold.nanoUsd(), before.bound().nanoUsd()),
                        Math.addExact(hold.tokens(), before.bound().tokens()),
                        hold.requests());
    }

    Plan first() {
        return chain.get(0);
    }

    /** The most input tokens for any of the models. */
    long inputBound() {
        long most = 0;
        for (Plan plan : chain) {
            most = Math.max(most, plan.inputBound());
        }
        return most;
    }

    private static void hold(List<AppliedBudget> budgets, Amounts hold, List<Held> holds) {
        for (AppliedBudget budget : budgets) {
            // budgets that share a window share its position, which bears the hold once
            if (holds.stream().noneMatch(held -> held.key().equals(budget.key()))) {
                holds.add(new Held(
                        budget.key(), budget.window(), budget.position().hold(hold)));
            }
        }
    }
}
