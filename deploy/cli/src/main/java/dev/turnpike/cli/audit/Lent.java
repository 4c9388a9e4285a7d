package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.OrgLease;
import dev.turnpike.schemas.event.WindowView;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Law 2 for the limits of orgs: what is lent is what the leases add up to, nothing is lent beyond the limit, and no team decides by more than it
 * has borrowed. Leases are compacted: what is no longer there is not judged.
 */
final class Lent extends Law {

    private final Map<String, TreeMap<Long, OrgLease>> byOrgWindow = new HashMap<>();
    private final Map<PositionKey, TreeMap<Long, Amounts>> levels = new HashMap<>();
    private long leases;
    private long decisions;
    private long newestAt = Long.MIN_VALUE;

    Lent(Cut cut) {
        super(2, "no org lends more than its limit", cut);
    }

    /** Takes in a lease; all of them come before the first decision. */
    void lease(Entry<OrgLease> entry) {
        OrgLease lease = entry.value();
        leases++;
        newestAt = Math.max(newestAt, entry.timestamp());
        String window = lease.getOrg() + "/" + lease.getPeriod() + "/" + lease.getWindowStart();
        OrgLease same =
                byOrgWindow.computeIfAbsent(window, name -> new TreeMap<>()).put(lease.getOrgVersion(), lease);
        if (same != null && !same.equals(lease)) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": org " + window + ": version " + lease.getOrgVersion()
                            + " was said before, of team " + same.getTeam());
        }
        TreeMap<Long, Amounts> known = levels.computeIfAbsent(key(lease), key -> new TreeMap<>());
        Map.Entry<Long, Amounts> before = known.lastEntry();
        Amounts level = level(lease);
        known.put(lease.getVersion(), level);
        if (before != null && lease.getVersion() == before.getKey() + 1) {
            judgeGrowth(entry, level.minus(before.getValue()));
        }
    }

    private void judgeGrowth(Entry<OrgLease> entry, Amounts growth) {
        OrgLease lease = entry.value();
        Amounts lent = amounts(lease.getOrgLent());
        Amounts limit = amounts(lease.getOrgLimit());
        for (Unit unit : Unit.values()) {
            if (growth.in(unit) > 0 && lent.in(unit) > limit.in(unit)) {
                broken(
                        entry.timestamp(),
                        entry.place() + ": team " + lease.getTeam() + " is lent more while org " + lease.getOrg()
                                + " has lent " + unit.display(lent.in(unit)) + " of " + unit.display(limit.in(unit)));
            }
        }
    }

    @Override
    void decision(Entry<Decision> entry) {
        Decision decision = entry.value();
        for (WindowView view : decision.getWindows()) {
            Long version = view.getLeaseVersion();
            if (version == null || decision.getHold() == null) {
                continue;
            }
            decisions++;
            PositionKey key = PositionKey.of(decision.getTeam(), view.getWindow());
            TreeMap<Long, Amounts> known = levels.get(key);
            Amounts level = known == null ? null : known.get(version);
            Unit unit = Unit.valueOf(view.getUnit().toUpperCase(Locale.ROOT));
            long limit = Amounts.of(view.getLimit()).in(unit);
            if (level != null && limit > level.in(unit)) {
                broken(
                        entry.timestamp(),
                        entry.place() + ": team " + decision.getTeam() + ", request " + decision.getRequestId()
                                + ": decided by " + unit.display(limit) + ", lease " + version + " is of "
                                + unit.display(level.in(unit)));
            }
        }
    }

    @Override
    void end() {
        byOrgWindow.forEach((window, told) -> {
            // nothing was compacted away, and nothing is still on its way to another partition
            if (told.firstKey() != 1 || told.lastKey() != told.size()) {
                return;
            }
            Map<String, OrgLease> newest = new HashMap<>();
            told.values().forEach(lease -> newest.put(lease.getTeam(), lease));
            Amounts sum = newest.values().stream().map(Lent::level).reduce(Amounts.ZERO, Amounts::plus);
            OrgLease last = told.lastEntry().getValue();
            if (!sum.equals(amounts(last.getOrgLent()))) {
                broken(
                        newestAt,
                        "org " + window + ": says that it has lent " + last.getOrgLent() + ", and its leases add up to "
                                + sum);
            }
        });
    }

    @Override
    String counted() {
        return count(leases, "lease", "leases") + ", " + count(decisions, "dispatch", "dispatches") + " by them";
    }

    private static PositionKey key(OrgLease lease) {
        return new PositionKey(lease.getTeam(), "org", lease.getOrg(), lease.getPeriod(), lease.getWindowStart());
    }

    private static Amounts level(OrgLease lease) {
        return Amounts.of(lease.getGranted()).minus(Amounts.of(lease.getReturned()));
    }

    private static Amounts amounts(@Nullable AmountVector vector) {
        return vector == null ? Amounts.ZERO : Amounts.of(vector);
    }
}
