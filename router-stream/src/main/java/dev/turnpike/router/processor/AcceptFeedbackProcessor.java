package dev.turnpike.router.processor;

import dev.turnpike.router.decision.Position;
import dev.turnpike.router.state.Leases;
import dev.turnpike.router.state.Positions;
import dev.turnpike.router.state.Progress;
import dev.turnpike.router.state.RouterStores;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.BudgetState;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Takes over what the meter says about the positions of this task's teams. */
public final class AcceptFeedbackProcessor implements Processor<String, @Nullable BudgetState, Void, Void> {

    private final RouterMetrics metrics;
    private @Nullable Positions positions;
    private @Nullable Progress progress;
    private int partition;

    public AcceptFeedbackProcessor(RouterMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        partition = context.taskId().partition();
        progress = new Progress(context.getStateStore(RouterStores.PROGRESS));
        positions = new Positions(
                context.getStateStore(RouterStores.BUDGET_POSITIONS),
                progress,
                new Leases(context.getStateStore(RouterStores.ORG_LEASES)));
    }

    @Override
    public void process(Record<String, @Nullable BudgetState> record) {
        Positions known = Started.of(positions);
        BudgetState state = record.value();
        if (state == null) {
            known.forget(record.key());
            return;
        }
        PositionKey key = PositionKey.of(state);
        if (key.isOfPolicies()) {
            Long dispatch = state.getDispatchNumber();
            Started.of(progress).told(state.getVersion(), dispatch == null ? -1 : dispatch);
            return;
        }
        Position before = known.at(key);
        Position after = before.feedback(state);
        if (!after.equals(before)) {
            known.put(key, after);
            metrics.openHoldsChanged(
                    partition, after.open().nanoUsd() - before.open().nanoUsd());
        }
        Long usageTime = state.getUsageTime();
        if (usageTime != null) {
            metrics.fedBack(usageTime);
        }
    }
}
