package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.schemas.event.Tick;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import org.apache.kafka.streams.processor.api.Record;

/** Makes budgets count that policies and orgs have got since the tick before, and tells the router when they do. */
final class BeginBudgetsProcessor extends BookkeepingProcessor<Tick> {

    // about a second's work; a team is always done whole
    private static final int CELLS_PER_TICK = 100_000;

    BeginBudgetsProcessor(MeteringConfig config, MeterMetrics metrics) {
        super(config, metrics);
    }

    @Override
    public void process(Record<String, Tick> tick) {
        long policies = books.policies().next();
        long orgs = books.orgs().next();
        if (books.progress().hasCounted(policies, orgs)) {
            // the router may wait for a dispatch to be counted that it made before it saw these policies
            if (books.progress().isDispatchUntold()) {
                books.tellProgress(tick.timestamp());
            }
            return;
        }
        int cells = 0;
        Set<String> begun = new HashSet<>();
        Iterator<String> teams = books.teamsWithOtherTerms().iterator();
        while (teams.hasNext() && cells < CELLS_PER_TICK) {
            String team = teams.next();
            cells += books.begin(team, tick.timestamp());
            begun.add(team);
        }
        books.reserve(begun, tick.timestamp());
        if (!teams.hasNext()) {
            // else the rest at the next tick
            books.counted(policies, orgs, tick.timestamp());
        }
    }
}
