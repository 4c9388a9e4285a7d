package dev.turnpike.router.decision;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cheap model that tries first. Its answer is judged; where it is found wanting, the model that would have served alone
 * answers, within one hold.
 *
 * <p>With p the success of the cheap model, s that of the other and d the share of failures that the judge notices, the plan
 * succeeds with p + (1 − p)·d·s and is expected to cost the cheap attempt and (1 − p)·d of the other. So a cascade competes with
 * single models by the same figures: it must clear the floor and be worth more than the single model is.
 *
 * <p>Answers that are heard while they are made cannot be taken back, so a request for a stream has no cascade; nor has one for
 * several answers.
 *
 * @param first how the cheap model would serve
 * @param success expected of the whole plan
 * @param expected cost of the whole plan, nano-dollars
 */
record Cascade(Plan first, double success, double expected) {

    /**
     * The best cascade that ends in a chain.
     *
     * @param noticed share of failures that the judge notices
     * @return null where none is better than the chain alone, or can be paid for
     */
    static @Nullable Cascade before(
            List<Plan> chain, Ask ask, double noticed, double floor, Assessment offers, Affordability affordability) {
        if (noticed <= 0 || ask.request().getStream() || ask.prompt().choices() > 1 || ask.decision() > 0) {
            return null;
        }
        int last = chain.get(0).k();
        int best = -1;
        double least = offers.merit(last);
        for (int k = 0; k < offers.size(); k++) {
            if (!mayTry(offers, k) || isIn(chain, k) || offers.expected(k) >= offers.expected(last)) {
                continue;
            }
            double success = success(offers, k, last, noticed);
            double merit = offers.merit(success, expected(offers, k, last, noticed));
            if (success >= floor && merit < least) {
                best = k;
                least = merit;
            }
        }
        Plan first = best < 0 ? null : affordability.planBefore(chain, best);
        return first == null
                ? null
                : new Cascade(first, success(offers, best, last, noticed), expected(offers, best, last, noticed));
    }

    // an answer that was held back is not asked for again
    private static boolean isIn(List<Plan> chain, int k) {
        for (Plan plan : chain) {
            if (plan.k() == k) {
                return true;
            }
        }
        return false;
    }

    private static boolean mayTry(Assessment offers, int k) {
        Exclusion why = offers.exclusion(k);
        return why == null || why == Exclusion.BELOW_FLOOR;
    }

    private static double success(Assessment offers, int k, int last, double noticed) {
        return offers.success(k) + (1 - offers.success(k)) * noticed * offers.success(last);
    }

    private static double expected(Assessment offers, int k, int last, double noticed) {
        return offers.expected(k) + (1 - offers.success(k)) * noticed * offers.expected(last);
    }
}
