package dev.turnpike.router.decision;

/**
 * The offers that may serve, in the order in which they are tried: what was asked for, then what may stand in for it, each best
 * first. Whoever is left out gets the reason why.
 */
final class Lineup {

    private final Assessment assessment;
    private final Ranking preferred;
    private final Ranking standIns;

    private Lineup(Assessment assessment, Ranking preferred, Ranking standIns) {
        this.assessment = assessment;
        this.preferred = preferred;
        this.standIns = standIns;
    }

    /** @param downgrade whether others may stand in for a model that was named */
    static Lineup of(Assessment assessment, Wanted wanted, double floor, boolean downgrade) {
        Ranking preferred = assessment.preferred();
        Ranking standIns = assessment.standIns();
        boolean any = wanted.isAny();
        for (int k = 0; k < assessment.size(); k++) {
            if (assessment.exclusion(k) != null) {
                continue;
            }
            boolean named = !any && wanted.includes(assessment.index(k));
            if (named) {
                preferred.add(k);
            } else if (!any && !downgrade) {
                assessment.exclude(k, Exclusion.NOT_NAMED);
            } else if (!assessment.isKnown(k)) {
                assessment.exclude(k, Exclusion.UNKNOWN_QUALITY);
            } else if (assessment.success(k) < floor) {
                assessment.exclude(k, Exclusion.BELOW_FLOOR);
            } else if (any) {
                preferred.add(k);
            } else {
                standIns.add(k);
            }
        }
        return new Lineup(assessment, preferred, standIns);
    }

    Assessment assessment() {
        return assessment;
    }

    int size() {
        return preferred.size() + standIns.size();
    }

    /** How many of them, the first ones, were asked for. */
    int preferred() {
        return preferred.size();
    }

    /** Place in the shortlist of the offer at a rank. */
    int at(int rank) {
        return rank < preferred.size() ? preferred.at(rank) : standIns.at(rank - preferred.size());
    }

    /** The rank of an offer, if it is among the first {@code most}; else -1. */
    int rankOf(int k, int most) {
        for (int rank = 0; rank < size() && rank < most; rank++) {
            if (at(rank) == k) {
                return rank;
            }
        }
        return -1;
    }

    /** The best of those asked for that clear a higher floor; -1: none does. */
    int bestAbove(double floor) {
        for (int rank = 0; rank < preferred.size(); rank++) {
            if (assessment.success(preferred.at(rank)) >= floor) {
                return preferred.at(rank);
            }
        }
        return -1;
    }
}
