package dev.turnpike.metering.budget;

import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Since when each budget of a team has been counted.
 *
 * @param policyOffset where the policy was read that this goes by; -1: none
 * @param orgOffset where the org was read that this goes by; -1: none
 * @param since by identity, milliseconds since 1970-01-01 UTC; {@link #ALWAYS} where nothing was spent before
 */
public record Counting(long policyOffset, long orgOffset, Map<String, Long> since) {

    public static final long ALWAYS = 0;
    private static final long UNKNOWN = -2;

    /** Of a team of which nothing is known yet: all its budgets count from its first record. */
    public static Counting first(TeamPolicy policy, @Nullable Org org, long policyOffset, long orgOffset) {
        Map<String, Long> since = new TreeMap<>();
        identities(policy, org).forEach(identity -> since.put(identity, ALWAYS));
        return new Counting(policyOffset, orgOffset, since);
    }

    /** Of a team whose own budgets are known to count, and nothing else: the others begin to count with the next look. */
    public static Counting own(TeamPolicy policy) {
        Map<String, Long> since = new TreeMap<>();
        identities(policy, null).forEach(identity -> since.put(identity, ALWAYS));
        return new Counting(UNKNOWN, UNKNOWN, since);
    }

    /** Of a team of whose budgets none is known to count; all begin to count with the next look. */
    public static Counting none() {
        return new Counting(UNKNOWN, UNKNOWN, Map.of());
    }

    /** Whether it goes by the policy and the org that were read there. */
    public boolean isBy(long policy, long org) {
        return policyOffset == policy && orgOffset == org;
    }

    /**
     * A budget that is gone counts no more, so that it counts its history anew when it comes back. It may be there already: after
     * a task has moved, the tables may be older than what it went by. So this goes by no policy until they are looked at again.
     */
    public Counting without(TeamPolicy policy, @Nullable Org org) {
        Set<String> present = identities(policy, org);
        if (present.containsAll(since.keySet())) {
            return this;
        }
        Map<String, Long> left = new TreeMap<>(since);
        left.keySet().retainAll(present);
        return new Counting(UNKNOWN, UNKNOWN, left);
    }

    /** With all budgets of a policy and an org counted: those that are new from an instant on. */
    public Counting begin(TeamPolicy policy, @Nullable Org org, long policyRead, long orgRead, long at) {
        Map<String, Long> all = new TreeMap<>();
        identities(policy, org).forEach(identity -> all.put(identity, since.getOrDefault(identity, at)));
        return new Counting(policyRead, orgRead, all);
    }

    boolean counts(HoldWindow window) {
        Long begun = since.get(identity(window.getScope(), window.getScopeValue(), window.getPeriod()));
        // what had ended by then was no window of this budget
        return begun != null && window.getWindowEnd() > begun;
    }

    boolean has(Budget budget, @Nullable String org) {
        return since.containsKey(identity(budget, org));
    }

    static String identity(Budget budget, @Nullable String org) {
        return identity(budget.getScope(), org, budget.getPeriod());
    }

    // another org is another budget; the other scopes are the team's own whatever their value
    private static String identity(String scope, @Nullable String value, String period) {
        return scope.equals(BudgetScopes.ORG) ? scope + '/' + period + '/' + value : scope + '/' + period;
    }

    private static Set<String> identities(TeamPolicy policy, @Nullable Org org) {
        Set<String> identities = new TreeSet<>();
        policy.getBudgets().forEach(budget -> identities.add(identity(budget, null)));
        if (org != null) {
            org.getBudgets().forEach(budget -> identities.add(identity(budget, org.getOrg())));
        }
        return identities;
    }
}
