package dev.turnpike.router.decision;

import org.jspecify.annotations.Nullable;

/**
 * Which model a request asks for: {@code auto} leaves the choice to the router; an alias stands for what it names; anything else
 * is an offer ({@code provider/model}) or a model at any provider.
 *
 * @param name the name that counted: the request's, or the policy's default where the request leaves the choice
 * @param target what the name stands for
 * @param offers places in the fleet; null: any
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Wanted(String name, String target, int @Nullable [] offers) {

    private static final String AUTO = "auto";
    private static final int[] NONE = {};

    static Wanted of(String requested, TeamRules rules, Fleet fleet) {
        String name = requested.equals(AUTO) ? rules.routing().getDefaultModel() : requested;
        String target = fleet.resolve(name);
        if (target.equals(AUTO)) {
            return new Wanted(name, target, null);
        }
        int[] named = fleet.named(target);
        return new Wanted(name, target, named == null ? NONE : named);
    }

    boolean isAny() {
        return offers == null;
    }

    boolean isUnknown() {
        return offers != null && offers.length == 0;
    }

    boolean includes(int index) {
        if (offers == null) {
            return true;
        }
        for (int offer : offers) {
            if (offer == index) {
                return true;
            }
        }
        return false;
    }

    /** Place in the fleet of the first offer it means, where it means some. */
    int first() {
        if (offers == null || offers.length == 0) {
            throw new IllegalStateException(name + ": names no offer");
        }
        return offers[0];
    }

    /** The name for people. */
    String display() {
        return name.equals(target) ? name : name + " (" + target + ")";
    }
}
