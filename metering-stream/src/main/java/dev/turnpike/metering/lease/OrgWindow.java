package dev.turnpike.metering.lease;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.OrgLease;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * One window of an org, and what of its limit is lent to which team.
 *
 * @param period as in a budget
 * @param end first instant after the window, milliseconds since 1970-01-01 UTC
 * @param limit what may be lent
 * @param lends whether anything is lent yet: what was spent before must have been heard of
 * @param version counts what teams were told
 * @param leases by team
 */
public record OrgWindow(
        String org,
        String period,
        long start,
        long end,
        OrgLimit limit,
        boolean lends,
        long version,
        SortedMap<String, Lease> leases) {

    /*
     * The limit is escrow (O'Neil 1986; the demarcation protocol of Barbara and Garcia-Molina 1992): a team spends only what was
     * lent to it, and the sum of what is lent never passes the limit, so that no team has to ask another one.
     *
     * How much: what is lacking and 1/(2 × teams) of what is left. So parts shrink as the limit comes near (guided
     * self-scheduling, Polychronopoulos and Kuck 1987): the number of words grows with teams × log(limit), and not with
     * requests. Less than what is lacking is never lent: it would serve nobody and lie about in pieces.
     *
     * Back: only when a request was refused somewhere, and only if what others seem not to use covers what it lacks; the ones
     * with most of it are asked first, and nobody within the time in which the request may come again for which it was lent:
     * teams would take the last money from each other and none would spend it. Of several wants the smallest that can be met
     * is met first: so money is left over only where it is too little for any request that was refused.
     */

    private static final int SLACK_SHARE = 2;
    private static final int STARTING_SHARE = 4;
    private static final long PATIENCE_MILLIS = 5_000;

    private static final Comparator<Amounts> BY_AMOUNT = Comparator.comparingLong(Amounts::nanoUsd)
            .thenComparingLong(Amounts::tokens)
            .thenComparingLong(Amounts::requests);

    public OrgWindow {
        leases = Collections.unmodifiableSortedMap(leases);
    }

    /** A window of which nothing is lent. */
    public static OrgWindow of(String org, String period, long start, long end) {
        return new OrgWindow(org, period, start, end, OrgLimit.NONE, false, 0, new TreeMap<>());
    }

    /** The window that a word is about, before anything is lent of it. */
    public static OrgWindow of(LeaseRequest word) {
        return of(word.getOrg(), word.getPeriod(), word.getWindowStart(), word.getWindowEnd());
    }

    /** A window as the newest leases in the log say; what routers and meters said is heard again. */
    public static OrgWindow restored(Collection<OrgLease> told) {
        OrgLease any = told.iterator().next();
        SortedMap<String, Lease> leases = new TreeMap<>();
        long version = 0;
        for (OrgLease lease : told) {
            leases.put(lease.getTeam(), Lease.restored(lease));
            version = Math.max(version, lease.getOrgVersion());
        }
        return new OrgWindow(
                any.getOrg(),
                any.getPeriod(),
                any.getWindowStart(),
                any.getWindowEnd(),
                OrgLimit.NONE,
                false,
                version,
                leases);
    }

    /** The window with what was said of a team taken in, and nobody answered. */
    public OrgWindow reheard(LeaseRequest word) {
        SortedMap<String, Lease> heard = new TreeMap<>(leases);
        heard.put(
                word.getTeam(), leases.getOrDefault(word.getTeam(), Lease.NONE).heard(word));
        return new OrgWindow(org, period, start, end, limit, lends, version, heard);
    }

    /**
     * Takes in what a router or a meter says of a team.
     *
     * @param teams how many teams the org has
     * @param at time of the word
     */
    public Lending hear(LeaseRequest word, int teams, long at) {
        String team = word.getTeam();
        Lease before = leases.getOrDefault(team, Lease.NONE);
        Lease after = before.heard(word);
        if (after.equals(before)) {
            return new Lending(this, List.of());
        }
        Desk desk = new Desk(this, teams, at);
        desk.leases.put(team, after);
        if (!after.returned().equals(before.returned())) {
            desk.changed.add(team);
        }
        return desk.settle();
    }

    /**
     * Takes over what the org's document says by now.
     *
     * @param told whether all that was spent has been heard of
     * @param teams those that are in the org by their policies; a new one gets a starting share, so that its first request
     *     need not wait
     * @param at the present
     */
    public Lending review(OrgLimit newLimit, boolean told, Collection<String> teams, long at) {
        OrgWindow current = new OrgWindow(org, period, start, end, newLimit, told, version, leases);
        boolean anyNew = told && !leases.keySet().containsAll(teams);
        if (newLimit.equals(limit) && told == lends && !anyNew && !isWaitedFor()) {
            return new Lending(this, List.of());
        }
        Desk desk = new Desk(current, teams.size(), at);
        if (newLimit.isLowerThan(limit)) {
            desk.tellAll();
        }
        if (anyNew) {
            desk.start(teams);
        }
        return desk.settle();
    }

    private boolean isWaitedFor() {
        return lends
                && leases.values().stream()
                        .anyMatch(lease ->
                                lease.refused() && !limit.of(lease.lacking()).isZero());
    }

    /** Its name among all windows of all orgs. */
    public String key() {
        return key(org, period, start);
    }

    /** The name of a window. */
    public static String key(String org, String period, long start) {
        return start + "/" + period + "/" + org;
    }

    /** What is lent to all teams. */
    public Amounts lent() {
        return leases.values().stream().map(Lease::level).reduce(Amounts.ZERO, Amounts::plus);
    }

    /** What all teams have spent, by the newest words of their meters. */
    public Amounts spent() {
        return leases.values().stream().map(Lease::spent).reduce(Amounts.ZERO, Amounts::plus);
    }

    /** The window while one word is worked in. */
    private static final class Desk {

        private final OrgWindow window;
        private final OrgLimit limit;
        private final int teams;
        private final long at;
        private final SortedMap<String, Lease> leases;
        private final Set<String> changed = new LinkedHashSet<>();
        private Amounts available;

        Desk(OrgWindow window, int teams, long at) {
            this.window = window;
            this.limit = window.limit;
            this.leases = new TreeMap<>(window.leases);
            this.teams = Math.max(1, Math.max(teams, leases.size()));
            this.at = at;
            this.available = Amounts.ZERO;
        }

        /** A router that reads a lower limit waits until it reads a lease that was written by it. */
        void tellAll() {
            boolean overLent = !fits(window.lent(), limit.amounts());
            leases.replaceAll((team, lease) -> {
                if (lease.version() == 0) {
                    return lease;
                }
                changed.add(team);
                return overLent ? lease.recall() : lease;
            });
        }

        void start(Collection<String> members) {
            count();
            Amounts most = share(limit.amounts(), STARTING_SHARE);
            for (String team : new TreeMap<>(asKeys(members)).keySet()) {
                if (!leases.containsKey(team)) {
                    Amounts share = most.min(share(available.max(Amounts.ZERO), SLACK_SHARE));
                    leases.put(team, Lease.NONE);
                    if (!share.isZero()) {
                        lend(team, share);
                    }
                }
            }
        }

        Lending settle() {
            if (window.lends) {
                count();
                serve();
                recall();
                // that there is nothing to lend is an answer as well
                waiting().stream().filter(team -> lease(team).version() == 0).forEach(changed::add);
            }
            return tell();
        }

        private void count() {
            Amounts committed = leases.values().stream().map(Lease::committed).reduce(Amounts.ZERO, Amounts::plus);
            available = limit.amounts().minus(limit.of(committed));
        }

        private void serve() {
            for (String team : waiting()) {
                Amounts cost = cost(lease(team));
                if (fits(cost, available)) {
                    lend(team, lease(team).lacking().plus(share(available.minus(cost), SLACK_SHARE)));
                }
            }
        }

        private void lend(String team, Amounts amounts) {
            leases.put(team, lease(team).lend(limit.of(amounts), at));
            changed.add(team);
            count();
        }

        private void recall() {
            Amounts missing = available.negate().max(Amounts.ZERO);
            if (!missing.isZero()) {
                recall(missing, lease -> true);
                return;
            }
            for (String team : waiting()) {
                missing = cost(lease(team)).minus(available).max(Amounts.ZERO);
                if (lease(team).refused() && fits(missing, idleBut(team))) {
                    Lease own = lease(team);
                    recall(missing, lease -> lease != own && isRipe(lease));
                    return;
                }
            }
        }

        private void recall(Amounts missing, Predicate<Lease> from) {
            Amounts coming = idle(Lease::recalled);
            List<Map.Entry<String, Lease>> holders = leases.entrySet().stream()
                    .filter(entry -> !entry.getValue().recalled() && from.test(entry.getValue()))
                    .filter(entry -> !idle(entry.getValue()).isZero())
                    .sorted(Comparator.<Map.Entry<String, Lease>, Amounts>comparing(
                                    entry -> idle(entry.getValue()), BY_AMOUNT.reversed())
                            .thenComparing(Map.Entry::getKey))
                    .toList();
            for (Map.Entry<String, Lease> holder : holders) {
                if (fits(missing, coming)) {
                    return;
                }
                coming = coming.plus(idle(holder.getValue()));
                leases.put(holder.getKey(), holder.getValue().recall());
                changed.add(holder.getKey());
            }
        }

        private boolean isRipe(Lease lease) {
            return lease.recalled() || at - lease.lentAt() >= PATIENCE_MILLIS;
        }

        private Amounts idleBut(String team) {
            Lease own = lease(team);
            return idle(lease -> lease != own && isRipe(lease));
        }

        private Amounts idle(Predicate<Lease> which) {
            return leases.values().stream().filter(which).map(this::idle).reduce(Amounts.ZERO, Amounts::plus);
        }

        private Amounts idle(Lease lease) {
            return limit.of(lease.idle());
        }

        /** What there would be less of for others if a team got what it wants. */
        private Amounts cost(Lease lease) {
            return limit.of(lease.wanted().minus(lease.committed()).max(Amounts.ZERO));
        }

        /** Who wants more than it has, the least first; who is to give back answers that first. */
        private List<String> waiting() {
            return leases.entrySet().stream()
                    .filter(entry -> !entry.getValue().recalled())
                    .filter(entry -> !limit.of(entry.getValue().lacking()).isZero())
                    .sorted(Comparator.<Map.Entry<String, Lease>, Amounts>comparing(
                                    entry -> cost(entry.getValue()), BY_AMOUNT)
                            .thenComparing(Map.Entry::getKey))
                    .map(Map.Entry::getKey)
                    .toList();
        }

        /** What has become less first, so that what is lent is within the limit after each record. */
        private Lending tell() {
            Amounts lent = window.lent();
            long version = window.version;
            List<OrgLease> told = new ArrayList<>(changed.size());
            List<String> order = new ArrayList<>(changed);
            order.sort(Comparator.comparing(this::growth, BY_AMOUNT).thenComparing(Comparator.naturalOrder()));
            for (String team : order) {
                Lease lease = lease(team).told();
                leases.put(team, lease);
                version++;
                lent = lent.plus(growth(team));
                told.add(OrgLease.newBuilder()
                        .setOrg(window.org)
                        .setTeam(team)
                        .setPeriod(window.period)
                        .setWindowStart(window.start)
                        .setWindowEnd(window.end)
                        .setVersion(lease.version())
                        .setGranted(lease.granted().toAvro())
                        .setReturned(lease.returned().toAvro())
                        .setRecalled(lease.recalled())
                        .setOrgVersion(version)
                        .setOrgLent(lent.toAvro())
                        .setOrgLimit(limit.amounts().toAvro())
                        .build());
            }
            var after = new OrgWindow(
                    window.org, window.period, window.start, window.end, limit, window.lends, version, leases);
            return new Lending(after, told);
        }

        private Amounts growth(String team) {
            return lease(team).level().minus(before(team).level());
        }

        private Lease before(String team) {
            return window.leases.getOrDefault(team, Lease.NONE);
        }

        private Lease lease(String team) {
            return leases.getOrDefault(team, Lease.NONE);
        }

        private Amounts share(Amounts whole, int parts) {
            long by = (long) parts * teams;
            return new Amounts(whole.nanoUsd() / by, whole.tokens() / by, whole.requests() / by);
        }

        private boolean fits(Amounts amounts, Amounts within) {
            for (Unit unit : limit.units()) {
                if (amounts.in(unit) > within.in(unit)) {
                    return false;
                }
            }
            return true;
        }

        private static Map<String, Boolean> asKeys(Collection<String> names) {
            Map<String, Boolean> keys = new TreeMap<>();
            names.forEach(name -> keys.put(name, true));
            return keys;
        }
    }
}
