package dev.turnpike.metering.processor;

import dev.turnpike.metering.lease.OrgWindow;
import dev.turnpike.metering.state.MeteringStores;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.OrgLease;
import dev.turnpike.streams.Logs;
import dev.turnpike.streams.Logs.From;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;

/** What a task has lent for its orgs, made anew: from the leases, and from what routers and meters said of them. */
final class LostLending {

    private final int partitions;
    private final Logs logs;
    private final KeyValueStore<String, OrgWindow> windows;
    private final KeyValueStore<String, Long> toldOffsets;

    LostLending(ProcessorContext<?, ?> context, int partitions, Logs logs) {
        this.partitions = partitions;
        this.logs = logs;
        this.windows = context.getStateStore(MeteringStores.ORG_WINDOWS);
        this.toldOffsets = context.getStateStore(MeteringStores.TOLD_OFFSETS);
    }

    /**
     * What the topics say.
     *
     * @param windows by their keys
     * @param told by org and partition, below which offset of the orgs all spend was told of
     */
    record Read(Map<String, OrgWindow> windows, Map<String, Long> told) {}

    Read read(int partition) {
        Map<String, OrgWindow> rebuilt = new HashMap<>();
        leases(partition).forEach((key, leases) -> rebuilt.put(key, OrgWindow.restored(leases)));
        Map<String, Long> told = new HashMap<>();
        logs.read(Topics.LEASE_REQUESTS, partition, From.BEGINNING, entry -> {
            LeaseRequest word = entry.value();
            if (word == null) {
                return;
            }
            if (word.getTeam().isEmpty()) {
                Long offset = word.getOrgsOffset();
                told.put(LendProcessor.toldKey(word), offset == null ? 0 : offset);
            } else {
                rebuilt.compute(
                        OrgWindow.key(word.getOrg(), word.getPeriod(), word.getWindowStart()),
                        (key, window) -> (window == null ? OrgWindow.of(word) : window).reheard(word));
            }
        });
        return new Read(rebuilt, told);
    }

    /** The newest lease of each team, by the windows of the orgs of this task. */
    private Map<String, List<OrgLease>> leases(int partition) {
        // a lease is with its team, which may be anywhere
        Map<String, OrgLease> newest = new HashMap<>();
        for (int team = 0; team < partitions; team++) {
            logs.read(Topics.LEASES, team, From.BEGINNING, entry -> {
                OrgLease lease = entry.value();
                if (lease == null) {
                    newest.remove(entry.key());
                } else if (Ownership.partitionOf(lease.getOrg(), partitions) == partition) {
                    newest.put(entry.key(), lease);
                }
            });
        }
        Map<String, List<OrgLease>> byWindow = new HashMap<>();
        newest.values()
                .forEach(lease -> byWindow.computeIfAbsent(
                                OrgWindow.key(lease.getOrg(), lease.getPeriod(), lease.getWindowStart()),
                                key -> new ArrayList<>())
                        .add(lease));
        return byWindow;
    }

    void write(Read read) {
        LostBooks.clear(windows);
        LostBooks.clear(toldOffsets);
        read.windows.forEach(windows::put);
        read.told.forEach(toldOffsets::put);
    }
}
