package dev.turnpike.router.processor;

/** A processor's share of the gauge of open holds, taken out again when its task moves elsewhere. */
final class OpenHolds {

    private final RouterMetrics metrics;
    private long share;

    OpenHolds(RouterMetrics metrics) {
        this.metrics = metrics;
    }

    void changed(long nanoUsd) {
        share += nanoUsd;
        metrics.openHoldsChanged(nanoUsd);
    }

    void leave() {
        changed(-share);
    }
}
