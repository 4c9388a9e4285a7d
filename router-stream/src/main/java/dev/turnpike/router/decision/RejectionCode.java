package dev.turnpike.router.decision;

/** Why a request is not executed, for programs. */
public enum RejectionCode {
    UNKNOWN_TEAM("unknown-team"),
    INVALID_REQUEST("invalid-request"),
    SCOPE_MISSING("scope-missing"),
    TOOL_NOT_ALLOWED("tool-not-allowed"),
    UNKNOWN_MODEL("unknown-model"),
    UNBOUNDED_INPUT("unbounded-input"),
    NO_ELIGIBLE_MODEL("no-eligible-model"),
    BELOW_QUALITY_FLOOR("below-quality-floor"),
    BUDGET_EXHAUSTED("budget-exhausted");

    private final String wireName;

    RejectionCode(String wireName) {
        this.wireName = wireName;
    }

    /** The name in events. */
    public String wireName() {
        return wireName;
    }
}
