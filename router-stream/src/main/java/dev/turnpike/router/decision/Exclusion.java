package dev.turnpike.router.decision;

/** Why an offer does not serve a request. */
enum Exclusion {
    OFF("switched off in the catalog"),
    NOT_ALLOWED("not allowed by the team's policy"),
    UNPRICED("no price in force"),
    UNPRICED_TIER("no price for the service tier asked for"),
    CIRCUIT_OPEN("fails too often or is too slow at present"),
    FAILED("failed on this request already"),
    CONTEXT("context too short"),
    NO_TOOLS("cannot call tools"),
    NO_VISION("cannot read images"),
    NO_JSON("cannot keep to a JSON format"),
    REGION("not in a region asked for"),
    UNKNOWN_QUALITY("of unknown quality: give its offer a quality in the catalog, or name it"),
    NOT_NAMED("another model was named"),
    BELOW_FLOOR("expected success below the floor"),
    OVER_BUDGET("over budget"),
    TOO_DEAR("dearer than one request may be");

    private final String text;

    Exclusion(String text) {
        this.text = text;
    }

    /** Whether it was found fit and estimated before it was left out. */
    boolean isAfterEstimate() {
        return compareTo(NOT_NAMED) >= 0;
    }

    /** Whether it was in the lineup before it was left out. */
    boolean isAfterLineup() {
        return compareTo(OVER_BUDGET) >= 0;
    }

    /** For people. */
    String text() {
        return text;
    }
}
