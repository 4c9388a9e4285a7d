package dev.turnpike.metering.processor;

import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.lease.LeaseTeller;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.metering.state.Orgs;
import dev.turnpike.metering.state.Progress;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.LeaseKeys;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.Tick;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Tells the lenders of orgs, once a tick, what the teams of this task have spent and hold open of their limits. */
@SuppressWarnings("NullAway.Init") // Kafka calls init first
final class TellLenderProcessor extends ContextualProcessor<String, Tick, Object, Object> {

    private static final int MOST_AT_ONCE = 1_000;

    private KeyValueStore<String, Position> positions;
    private KeyValueStore<String, byte[]> untold;
    private Progress progress;
    private Orgs orgs;
    // not stored: after a restart it is told again, which changes nothing
    private long toldOrgs = -1;
    private long toldPolicies = -1;

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        super.init(context);
        positions = context.getStateStore(MeteringStores.POSITIONS);
        untold = context.getStateStore(MeteringStores.UNTOLD_ORG_SPEND);
        progress = new Progress(context.getStateStore(MeteringStores.PROGRESS));
        orgs = new Orgs(Bookkeeper.table(context, MeteringStores.ORGS));
    }

    @Override
    public void process(Record<String, Tick> tick) {
        List<String> keys = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> waiting = untold.all()) {
            while (waiting.hasNext() && keys.size() < MOST_AT_ONCE) {
                keys.add(waiting.next().key);
            }
        }
        for (String key : keys) {
            untold.delete(key);
            Position position = positions.get(key);
            if (position != null) {
                tell(position, tick.timestamp());
            }
        }
        // spend from before an org's budget began is told once its position has been opened
        boolean isMore = progress.orgsCounted() != toldOrgs || progress.policiesCounted() != toldPolicies;
        if (keys.size() < MOST_AT_ONCE && isMore) {
            toldOrgs = progress.orgsCounted();
            toldPolicies = progress.policiesCounted();
            orgs.all().forEach(org -> tellAll(org, tick.timestamp()));
        }
    }

    private void tell(Position position, long at) {
        PositionKey key = position.key();
        LeaseRequest word = word(key.scopeValue(), at)
                .setTeam(key.team())
                .setPeriod(key.period())
                .setWindowStart(key.windowStart())
                .setWindowEnd(position.windowEnd())
                .setWanted(position.spent().plus(position.open()).toAvro())
                .setSpent(position.spent().toAvro())
                .build();
        forward(LeaseKeys.of(word), word, at);
    }

    private void tellAll(Org org, long at) {
        LeaseRequest word = word(org.getOrg(), at)
                .setTeam("")
                .setPeriod("")
                .setWindowStart(0)
                .setWindowEnd(Long.MAX_VALUE)
                .setWanted(Amounts.ZERO.toAvro())
                .setSpent(Amounts.ZERO.toAvro())
                .setOrgsOffset(toldOrgs)
                .setPoliciesOffset(toldPolicies)
                .build();
        forward(LeaseKeys.of(word), word, at);
    }

    private LeaseRequest.Builder word(String org, long at) {
        return LeaseRequest.newBuilder()
                .setOrg(org)
                .setTeller(LeaseTeller.METER)
                .setPartition(context().taskId().partition())
                .setVersion(at)
                .setReturned(Amounts.ZERO.toAvro());
    }

    private void forward(String key, LeaseRequest word, long at) {
        context().forward(new Record<>(key, (Object) word, at), Sinks.LEASE_REQUESTS);
    }
}
