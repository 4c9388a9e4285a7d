package dev.turnpike.metering.processor;

/** Names of the sink nodes that processors forward to. */
public final class Sinks {

    public static final String LEDGER = "ledger-sink";
    public static final String BUDGETS = "budgets-sink";
    public static final String SPEND = "spend-sink";
    public static final String ALERTS = "alerts-sink";
    public static final String LEASES = "leases-sink";
    public static final String LEASE_REQUESTS = "lease-requests-sink";
    public static final String TICKS = "ticks-sink";
    public static final String PERFORMANCE_SAMPLES = "performance-samples-sink";
    public static final String MODEL_PERFORMANCE = "model-performance-sink";
    public static final String USAGE_MOVED = "usage-moved-sink";
    public static final String OUTCOMES_MOVED = "outcomes-moved-sink";

    private Sinks() {}
}
