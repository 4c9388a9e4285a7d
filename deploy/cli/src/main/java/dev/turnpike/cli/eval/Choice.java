package dev.turnpike.cli.eval;

/** How the router picks a model from what it expects. */
@FunctionalInterface
interface Choice {

    int pick(Judge.Expectation expected);

    /** The model with the most value left after its cost; a success is worth so many USD. */
    static Choice worth(double usdPerSuccess) {
        return expected -> {
            int best = -1;
            double most = Double.NEGATIVE_INFINITY;
            for (int m = 0; m < expected.cost().length; m++) {
                // in units of a success, so that a worth without limit leaves the success alone
                double left = expected.success()[m] - expected.cost()[m] / usdPerSuccess;
                if (Double.isFinite(expected.cost()[m]) && left > most) {
                    most = left;
                    best = m;
                }
            }
            return best;
        };
    }

    /** The cheapest per success of the models that clear a floor; the likeliest where none does. */
    static Choice floor(double floor) {
        return expected -> {
            int best = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int m = 0; m < expected.cost().length; m++) {
                double perSuccess = expected.cost()[m] / expected.success()[m];
                if (expected.success()[m] >= floor && perSuccess < least) {
                    least = perSuccess;
                    best = m;
                }
            }
            return best < 0 ? worth(Double.POSITIVE_INFINITY).pick(expected) : best;
        };
    }
}
