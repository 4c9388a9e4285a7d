package dev.turnpike.metering.recent;

import java.util.Map;
import java.util.TreeMap;

/** What was decided in one minute of admission. For whoever holds its lock. */
public final class Minute {

    private final long start;
    private final Map<String, Long> models = new TreeMap<>();
    private final Map<String, Long> rejected = new TreeMap<>();
    private long downgraded;
    private long expectedNanoUsd;
    private long baselineNanoUsd;

    Minute(long start) {
        this.start = start;
    }

    private Minute(Minute other) {
        this(other.start);
        models.putAll(other.models);
        rejected.putAll(other.rejected);
        downgraded = other.downgraded;
        expectedNanoUsd = other.expectedNanoUsd;
        baselineNanoUsd = other.baselineNanoUsd;
    }

    void dispatched(String model, boolean wasDowngraded, long expected, long baseline) {
        models.merge(model, 1L, Long::sum);
        downgraded += wasDowngraded ? 1 : 0;
        expectedNanoUsd += expected;
        baselineNanoUsd += baseline;
    }

    void rejected(String code) {
        rejected.merge(code, 1L, Long::sum);
    }

    Minute copy() {
        return new Minute(this);
    }

    /** Its first instant, milliseconds since 1970-01-01 UTC. */
    public long start() {
        return start;
    }

    /** Dispatches by offer. */
    public Map<String, Long> models() {
        return models;
    }

    /** Rejections by code. */
    public Map<String, Long> rejected() {
        return rejected;
    }

    public long downgraded() {
        return downgraded;
    }

    /** Expected cost of what was dispatched, nano-dollars. */
    public long expectedNanoUsd() {
        return expectedNanoUsd;
    }

    /** The same at the strongest eligible models. */
    public long baselineNanoUsd() {
        return baselineNanoUsd;
    }
}
