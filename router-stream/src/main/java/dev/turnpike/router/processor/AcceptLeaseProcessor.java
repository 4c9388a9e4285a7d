package dev.turnpike.router.processor;

import dev.turnpike.router.decision.Borrowed;
import dev.turnpike.router.state.Leases;
import dev.turnpike.router.state.Positions;
import dev.turnpike.router.state.Progress;
import dev.turnpike.router.state.RouterStores;
import dev.turnpike.schemas.LeaseKeys;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.OrgLease;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Takes over what the lenders of orgs say to this task's teams, and gives back what they ask for. */
public final class AcceptLeaseProcessor implements Processor<String, @Nullable OrgLease, String, LeaseRequest> {

    private @Nullable Task task;

    private record Task(ProcessorContext<String, LeaseRequest> context, Positions positions, Leases leases) {}

    @Override
    public void init(ProcessorContext<String, LeaseRequest> context) {
        Leases leases = new Leases(context.getStateStore(RouterStores.ORG_LEASES));
        Progress progress = new Progress(context.getStateStore(RouterStores.PROGRESS));
        task = new Task(
                context, new Positions(context.getStateStore(RouterStores.BUDGET_POSITIONS), progress, leases), leases);
    }

    @Override
    public void process(Record<String, @Nullable OrgLease> record) {
        Task here = Started.of(task);
        OrgLease lease = record.value();
        if (lease == null) {
            here.leases.forget(record.key());
            return;
        }
        PositionKey key = PositionKey.decode(record.key());
        Borrowed before = here.leases.at(key);
        Borrowed after = before.accept(lease, here.positions.at(key).used(), record.timestamp());
        if (after.equals(before)) {
            return;
        }
        here.leases.put(key, after);
        if (after.said() != before.said()) {
            LeaseRequest word =
                    after.word(key, lease.getWindowEnd(), here.context.taskId().partition());
            here.context.forward(new Record<>(LeaseKeys.of(word), word, record.timestamp()));
        }
    }
}
