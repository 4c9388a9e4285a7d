package dev.turnpike.router.decision;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found on the way to an outcome, for whoever asks why.
 *
 * @param floor the least expected success that applied
 * @param inputBound the most input tokens
 * @param policyVersion fingerprint of the policy; empty where there is none
 * @param budgets those that apply whichever model serves
 * @param lineup null where it did not come to that
 */
record Findings(
        double floor,
        long inputBound,
        String policyVersion,
        List<AppliedBudget> budgets,
        @Nullable Lineup lineup) {

    static Findings withoutPolicy(long inputBound) {
        return new Findings(0, inputBound, "", List.of(), null);
    }

    Findings with(double applied, Lineup offers) {
        return new Findings(applied, inputBound, policyVersion, budgets, offers);
    }
}
