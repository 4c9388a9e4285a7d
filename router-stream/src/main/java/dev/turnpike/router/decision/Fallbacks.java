package dev.turnpike.router.decision;

import dev.turnpike.schemas.Amounts;
import java.util.ArrayList;
import java.util.List;

/**
 * The chain of a dispatch: the first model, and those that may try after it failed.
 *
 * <p>The hold is the dearest bound of the chain, so a fallback far dearer than the first model would lock money that is almost
 * never spent. Only those within half as much again are taken; for a dearer one the executor asks for a redecision.
 */
final class Fallbacks {

    // looked at beyond those that are taken, so that a long lineup of unfit ones does not slow every decision
    private static final int SPARE_LOOKS = 6;

    private Fallbacks() {}

    static List<Plan> behind(Plan first, Lineup lineup, int fallbacks, Affordability affordability) {
        List<Plan> chain = new ArrayList<>(1 + fallbacks);
        chain.add(first);
        Amounts dearest = halfAsMuchAgain(first.bound());
        int looks = fallbacks == 0 ? 0 : fallbacks + SPARE_LOOKS;
        for (int rank = 0; rank < lineup.size() && looks > 0 && chain.size() <= fallbacks; rank++) {
            int k = lineup.at(rank);
            if (k == first.k() || lineup.assessment().exclusion(k) != null) {
                continue;
            }
            looks--;
            Plan next = affordability.planBehind(chain, k, dearest);
            if (next != null) {
                chain.add(next);
            }
        }
        return chain;
    }

    private static Amounts halfAsMuchAgain(Amounts bound) {
        return new Amounts(halfAsMuchAgain(bound.nanoUsd()), halfAsMuchAgain(bound.tokens()), bound.requests());
    }

    private static long halfAsMuchAgain(long amount) {
        return amount > Long.MAX_VALUE / 2 ? amount : amount + amount / 2;
    }
}
