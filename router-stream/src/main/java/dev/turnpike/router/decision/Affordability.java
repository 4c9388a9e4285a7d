package dev.turnpike.router.decision;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.Price;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Step 4: whether the hard budgets can pay the most an offer can cost. What does not fit with the bound by bytes is tried with the
 * tokenizer, then with a smaller output cap.
 */
final class Affordability {

    private static final Amounts NO_LIMIT = new Amounts(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    /**
     * Why an offer cannot be paid for.
     *
     * @param budget what refuses: of several, the one that takes longest to turn
     * @param needed the least that the offer needs, in the budget's unit
     * @param retryAt when its window turns; {@code Long.MAX_VALUE} where waiting does not help
     */
    record Refusal(AppliedBudget budget, long needed, long retryAt) {

        /** One line for people. */
        String text() {
            BudgetRule rule = budget.rule();
            return "budget " + rule.name() + " for " + rule.scope() + ' '
                    + budget.window().getScopeValue() + " has " + rule.unit().display(budget.headroom()) + " left of "
                    + rule.unit().display(rule.limit()) + ", and this needs at least "
                    + rule.unit().display(needed);
        }
    }

    private final Ask ask;
    private final Assessment assessment;
    private final AppliedBudgets budgets;
    private final InputBound input;
    private final OutputCap cap;
    private final Amounts left;
    private @Nullable Refusal first;
    private @Nullable Refusal soonest;

    Affordability(Ask ask, Assessment assessment, AppliedBudgets budgets, InputBound input, OutputCap cap) {
        this.ask = ask;
        this.assessment = assessment;
        this.budgets = budgets;
        this.input = input;
        this.cap = cap;
        this.left = left(NO_LIMIT, budgets.shared());
    }

    /** Why the first offer that was refused was; null: none was. */
    @Nullable
    Refusal first() {
        return first;
    }

    /** The refusal that ends soonest; null: there was none. */
    @Nullable
    Refusal soonest() {
        return soonest;
    }

    /** How an offer would serve with its full output cap and nothing counted; null where that does not fit. */
    @Nullable
    Plan unshrunk(int k) {
        Offer offer = assessment.offer(k);
        Price price = priced(k);
        List<AppliedBudget> own = budgets.of(offer);
        long most = cap.of(offer);
        Amounts bound = bound(price, input.byBytes(), most);
        return bound != null && fits(bound, left(left, own))
                ? new Plan(k, offer, price, input.byBytes(), most, bound, own)
                : null;
    }

    /** How an offer would serve; null where it cannot be paid for, which then excludes it. */
    @Nullable
    Plan plan(int k) {
        Plan unshrunk = unshrunk(k);
        if (unshrunk != null) {
            return unshrunk;
        }
        Offer offer = assessment.offer(k);
        Price price = priced(k);
        List<AppliedBudget> own = budgets.of(offer);
        Amounts limit = left(left, own);
        long most = cap.of(offer);
        // no count can help where not even an empty prompt could be paid for
        long least = cap.leastOf(most);
        Amounts smallest = bound(price, 0, least);
        if (smallest != null && !fits(smallest, limit)) {
            return refuse(k, smallest, own);
        }
        long tokens = input.closest(offer);
        smallest = bound(price, tokens, least);
        if (smallest == null || !fits(smallest, limit)) {
            return refuse(k, smallest, own);
        }
        return shrunk(new Plan(k, offer, price, tokens, least, smallest, own), most, limit);
    }

    /** How an offer would serve with exactly this cap after others of a chain have failed; null where it cannot. */
    @Nullable
    Plan planBehind(List<Plan> chain, int k, Amounts dearest) {
        Plan first = chain.get(0);
        Offer offer = assessment.offer(k);
        if (cap.of(offer) < first.outputCap()) {
            return null;
        }
        Price price = priced(k);
        // counted where the first had to be counted, so that the fallback does not hold what the count saved
        long tokens = first.inputBound() < input.byBytes() ? input.closest(offer) : input.byBytes();
        Amounts bound = bound(price, tokens, first.outputCap());
        if (bound == null || !fits(bound, dearest)) {
            return null;
        }
        // the hold is the dearest bound of the chain, and each of its models' windows must bear it
        List<AppliedBudget> own = budgets.of(offer);
        Amounts hold = bound;
        Amounts limit = left(left, own);
        for (Plan before : chain) {
            hold = hold.max(before.bound());
            limit = left(limit, before.ownBudgets());
        }
        return fits(hold, limit) ? new Plan(k, offer, price, tokens, first.outputCap(), bound, own) : null;
    }

    /** How an offer would serve before a chain, so that the hold pays for both; null where it cannot. */
    @Nullable
    Plan planBefore(List<Plan> chain, int k) {
        Plan next = chain.get(0);
        Offer offer = assessment.offer(k);
        if (cap.of(offer) < next.outputCap()) {
            return null;
        }
        Price price = priced(k);
        long tokens = next.inputBound() < input.byBytes() ? input.closest(offer) : input.byBytes();
        Amounts bound = bound(price, tokens, next.outputCap());
        if (bound == null) {
            return null;
        }
        List<AppliedBudget> own = budgets.of(offer);
        Plan plan = new Plan(k, offer, price, tokens, next.outputCap(), bound, own);
        Amounts limit = left(left, own);
        for (Plan behind : chain) {
            limit = left(limit, behind.ownBudgets());
        }
        try {
            return fits(Grant.hold(chain, plan), limit) ? plan : null;
        } catch (ArithmeticException e) {
            return null;
        }
    }

    /** What is unusual about a plan; null: nothing. */
    @Nullable
    String remark(Plan plan) {
        long usual = cap.of(plan.offer());
        return plan.outputCap() == usual
                ? null
                : "output cap " + plan.outputCap() + " instead of " + usual + " to fit the budgets";
    }

    private Price priced(int k) {
        Price price = assessment.price(k);
        if (price == null) {
            throw new IllegalArgumentException(assessment.offer(k) + ": has no price in force");
        }
        return price;
    }

    /** The same with the greatest cap up to {@code most} that fits. */
    private Plan shrunk(Plan least, long most, Amounts limit) {
        long fitting = least.outputCap();
        Amounts fittingBound = least.bound();
        long tooMuch = most + 1;
        while (tooMuch - fitting > 1) {
            long middle = fitting + (tooMuch - fitting) / 2;
            Amounts bound = bound(least.price(), least.inputBound(), middle);
            if (bound != null && fits(bound, limit)) {
                fitting = middle;
                fittingBound = bound;
            } else {
                tooMuch = middle;
            }
        }
        return least.with(fitting, fittingBound);
    }

    /** The most one attempt can cost; null where it does not fit a long. */
    private @Nullable Amounts bound(Price price, long inputTokens, long outputCap) {
        try {
            long output = Math.multiplyExact(outputCap, ask.prompt().choices());
            return new Amounts(
                    Pricing.bound(price, inputTokens, output),
                    Math.addExact(inputTokens, output),
                    ask.countsAsRequests());
        } catch (ArithmeticException e) {
            return null;
        }
    }

    private @Nullable Plan refuse(int k, @Nullable Amounts smallest, List<AppliedBudget> own) {
        assessment.exclude(k, Exclusion.OVER_BUDGET);
        if (smallest != null) {
            Refusal longest = longest(smallest, own, longest(smallest, budgets.shared(), null));
            first = first == null ? longest : first;
            if (longest != null && (soonest == null || longest.retryAt < soonest.retryAt)) {
                soonest = longest;
            }
        }
        return null;
    }

    private static @Nullable Refusal longest(Amounts bound, List<AppliedBudget> applied, @Nullable Refusal soFar) {
        Refusal longest = soFar;
        for (AppliedBudget budget : applied) {
            if (!budget.refuses(bound)) {
                continue;
            }
            // a bound beyond the whole limit fits no window to come
            boolean hopeless = budget.rule().period() == BudgetWindow.Period.TOTAL
                    || bound.in(budget.rule().unit()) > budget.rule().limit();
            long retryAt = hopeless ? Long.MAX_VALUE : budget.window().getWindowEnd();
            if (longest == null || retryAt > longest.retryAt) {
                longest = new Refusal(budget, bound.in(budget.rule().unit()), retryAt);
            }
        }
        return longest;
    }

    private static Amounts left(Amounts limit, List<AppliedBudget> applied) {
        Amounts least = limit;
        for (AppliedBudget budget : applied) {
            if (budget.rule().hard()) {
                long headroom = budget.headroom();
                Unit unit = budget.rule().unit();
                least = new Amounts(
                        unit == Unit.NANO_USD ? Math.min(least.nanoUsd(), headroom) : least.nanoUsd(),
                        unit == Unit.TOKENS ? Math.min(least.tokens(), headroom) : least.tokens(),
                        unit == Unit.REQUESTS ? Math.min(least.requests(), headroom) : least.requests());
            }
        }
        return least;
    }

    private static boolean fits(Amounts bound, Amounts limit) {
        return bound.nanoUsd() <= limit.nanoUsd()
                && bound.tokens() <= limit.tokens()
                && bound.requests() <= limit.requests();
    }
}
