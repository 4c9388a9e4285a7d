package dev.turnpike.router.processor;

import dev.turnpike.router.decision.DecisionEvents;
import dev.turnpike.router.decision.Router;
import dev.turnpike.router.state.RouterStores;
import dev.turnpike.router.state.Tables;
import dev.turnpike.schemas.serde.Received;
import java.time.Duration;
import java.util.Set;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/** Makes the processors that decide. */
public final class RouteRequestSupplier implements ProcessorSupplier<String, Received<?>, Object, Object> {

    public static final String DISPATCHES_SINK = "dispatches-sink";
    public static final String REJECTIONS_SINK = "rejections-sink";
    public static final String LEASE_REQUESTS_SINK = "lease-requests-sink";
    public static final String DECISIONS_SINK = "decisions-sink";

    private final Router router;
    private final DecisionEvents events;
    private final Tables tables;
    private final RouterMetrics metrics;
    private final Limits limits;

    /**
     * What is taken in.
     *
     * @param horizon how long request ids are remembered
     * @param maxBytes longer requests are rejected
     * @param application who sets records aside, for their headers
     */
    public record Limits(Duration horizon, int maxBytes, String application) {}

    public RouteRequestSupplier(
            Router router, DecisionEvents events, Tables tables, RouterMetrics metrics, Limits limits) {
        this.router = router;
        this.events = events;
        this.tables = tables;
        this.metrics = metrics;
        this.limits = limits;
    }

    @Override
    public Processor<String, Received<?>, Object, Object> get() {
        return new RouteRequestProcessor(router, events, tables, metrics, limits);
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
        RouterStores stores = RouterStores.remembering(limits.horizon());
        return Set.of(stores.positions(), stores.leases(), stores.decided(), stores.progress());
    }
}
