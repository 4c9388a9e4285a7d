package dev.turnpike.schemas;

import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.HoldWindow;

/**
 * The identity of a position: whose money, in which window. The name of a budget is no part of it, so that renaming one
 * resets nothing.
 */
public record PositionKey(String team, String scope, String scopeValue, String period, long windowStart) {

    /** The team of what is no team's. */
    public static final String NOBODY = "";

    private static final String POLICIES = "policies";

    public static PositionKey of(String team, HoldWindow window) {
        return new PositionKey(
                team, window.getScope(), window.getScopeValue(), window.getPeriod(), window.getWindowStart());
    }

    public static PositionKey of(BudgetState state) {
        return new PositionKey(
                state.getTeam(), state.getScope(), state.getScopeValue(), state.getPeriod(), state.getWindowStart());
    }

    /** The key of what a partition says of itself, which is no window: how far it has counted the budgets of policies. */
    public static PositionKey ofPolicies(int partition) {
        return new PositionKey(NOBODY, POLICIES, String.valueOf(partition), "total", 0);
    }

    /** Whether it is {@link #ofPolicies that of a partition}, which its scope value then names. */
    public boolean isOfPolicies() {
        return team.equals(NOBODY) && scope.equals(POLICIES);
    }

    /** {@code team/scope/value/period/start}, each part form-encoded so that any text may be in it. */
    public String encode() {
        return FormEncoding.encode(team)
                + '/'
                + FormEncoding.encode(scope)
                + '/'
                + FormEncoding.encode(scopeValue)
                + '/'
                + period
                + '/'
                + windowStart;
    }

    /** What the keys of all positions of a scope of a team begin with. */
    public static String prefix(String team, String scope) {
        return FormEncoding.encode(team) + '/' + FormEncoding.encode(scope) + '/';
    }

    /**
     * Reads what {@link #encode()} made.
     *
     * @throws IllegalArgumentException if it did not make this text
     */
    public static PositionKey decode(String key) {
        String[] parts = key.split("/", -1);
        if (parts.length != 5) {
            throw new IllegalArgumentException(key + ": a budget window's key has five parts");
        }
        return new PositionKey(
                FormEncoding.decode(parts[0]),
                FormEncoding.decode(parts[1]),
                FormEncoding.decode(parts[2]),
                parts[3],
                Long.parseLong(parts[4]));
    }
}
