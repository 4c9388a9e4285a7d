package dev.turnpike.lease;

import dev.turnpike.metering.lease.Lease;
import dev.turnpike.metering.lease.Lending;
import dev.turnpike.metering.lease.OrgLimit;
import dev.turnpike.metering.lease.OrgWindow;
import dev.turnpike.router.decision.Borrowed;
import dev.turnpike.router.decision.Position;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.OrgLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * An org with its lender, and its teams with their routers and meters, joined by logs that are read late, in any interleaving, and
 * sometimes again.
 */
final class LeaseModel {

    static final Set<Unit> UNITS = Set.of(Unit.NANO_USD, Unit.REQUESTS);

    private static final String ORG = "acme";

    final List<Team> teams = new ArrayList<>();
    private final RandomGenerator random;
    private final List<String> names = new ArrayList<>();
    private OrgLimit limit;
    private OrgWindow window = OrgWindow.of(ORG, "day", 0, 86_400_000);
    private long now = 1;
    int routerWords;
    int meterWords;
    int leaseWords;

    LeaseModel(int teamCount, Amounts limit, RandomGenerator random) {
        this.random = random;
        this.limit = new OrgLimit(limit, UNITS);
        for (int i = 0; i < teamCount; i++) {
            Team team = new Team("team-" + i);
            teams.add(team);
            names.add(team.name);
        }
    }

    /** What all teams have spent or hold open in truth. */
    Amounts used() {
        return teams.stream().map(Team::used).reduce(Amounts.ZERO, Amounts::plus);
    }

    Amounts limit() {
        return limit.amounts();
    }

    OrgWindow window() {
        return window;
    }

    /** A tick of the lender: it reads the org's document. */
    void review() {
        write(window.review(limit, true, names, now));
    }

    void setLimit(Amounts amounts) {
        limit = new OrgLimit(amounts, UNITS);
    }

    /** One thing happens, if it can: a message is read, a hold is settled, a meter tells; false where it cannot. */
    boolean step() {
        now += random.nextLong(100);
        Team team = teams.get(random.nextInt(teams.size()));
        return switch (random.nextInt(6)) {
            case 0 -> team.readLease();
            case 1 -> readWord(team.routerLog, team, true);
            case 2 -> readWord(team.meterLog, team, false);
            case 3 -> team.readFeedback();
            case 4 -> team.settleOne();
            default -> team.tell();
        };
    }

    /** Everything that is under way arrives, and every hold is settled. */
    void settle() {
        int quiet = 0;
        int rounds = 0;
        // what was lent lately is asked back only after a while
        while (quiet < 7) {
            boolean moved;
            now += 1_000;
            int before = leaseWords;
            review();
            moved = leaseWords > before;
            for (Team team : teams) {
                moved |= team.settleOne();
                moved |= team.readFeedback();
                moved |= team.tell();
                moved |= readWord(team.routerLog, team, true);
                moved |= readWord(team.meterLog, team, false);
                moved |= team.readLease();
            }
            quiet = moved ? 0 : quiet + 1;
            if (++rounds > 5_000) {
                throw new AssertionError("words without end");
            }
        }
    }

    /** A part of the system loses its state and gets it back from the logs, or reads some of a log again. */
    void fail() {
        Team team = teams.get(random.nextInt(teams.size()));
        switch (random.nextInt(4)) {
            case 0 -> team.resetRouter();
            case 1 -> resetLender();
            case 2 -> team.leasesRead = Math.max(0, team.leasesRead - random.nextInt(4));
            default -> {
                team.routerRead = Math.max(0, team.routerRead - random.nextInt(4));
                team.meterRead = Math.max(0, team.meterRead - random.nextInt(4));
            }
        }
    }

    private void resetLender() {
        List<OrgLease> newest = new ArrayList<>();
        for (Team team : teams) {
            if (!team.leaseLog.isEmpty()) {
                newest.add(team.leaseLog.get(team.leaseLog.size() - 1));
            }
        }
        window = newest.isEmpty() ? OrgWindow.of(ORG, "day", 0, 86_400_000) : OrgWindow.restored(newest);
        for (Team team : teams) {
            if (!team.routerLog.isEmpty()) {
                write(window.hear(team.routerLog.get(team.routerLog.size() - 1), teams.size(), now));
            }
            if (!team.meterLog.isEmpty()) {
                write(window.hear(team.meterLog.get(team.meterLog.size() - 1), teams.size(), now));
            }
        }
        review();
    }

    private boolean readWord(List<LeaseRequest> log, Team team, boolean router) {
        int at = router ? team.routerRead : team.meterRead;
        if (at == log.size()) {
            return false;
        }
        write(window.hear(log.get(at), teams.size(), now));
        if (router) {
            team.routerRead++;
        } else {
            team.meterRead++;
        }
        return true;
    }

    private void write(Lending lending) {
        Amounts lent = window.lent();
        window = lending.window();
        for (OrgLease lease : lending.leases()) {
            Team team = teams.get(names.indexOf(lease.getTeam()));
            Amounts before =
                    team.leaseLog.isEmpty() ? Amounts.ZERO : level(team.leaseLog.get(team.leaseLog.size() - 1));
            lent = lent.plus(level(lease)).minus(before);
            boolean grows = !team.leaseLog.isEmpty()
                    && lease.getGranted().getNanoUsd()
                            > team.leaseLog
                                    .get(team.leaseLog.size() - 1)
                                    .getGranted()
                                    .getNanoUsd();
            if (!lent.equals(Amounts.of(lease.getOrgLent()))
                    || (grows && lent.nanoUsd() > lease.getOrgLimit().getNanoUsd())) {
                throw new AssertionError("lent " + lent + " is not what " + lease + " says");
            }
            team.leaseLog.add(lease);
            leaseWords++;
        }
    }

    private static Amounts level(OrgLease lease) {
        return Amounts.of(lease.getGranted()).minus(Amounts.of(lease.getReturned()));
    }

    /** A team with its router, its meter and the logs that it writes and reads. */
    final class Team {

        final String name;
        private final PositionKey key;
        private final List<LeaseRequest> routerLog = new ArrayList<>();
        private final List<LeaseRequest> meterLog = new ArrayList<>();
        private final List<OrgLease> leaseLog = new ArrayList<>();
        private final List<BudgetState> feedback = new ArrayList<>();
        private final Map<Integer, Amounts> open = new TreeMap<>();
        private int leasesRead;
        private int routerRead;
        private int meterRead;
        private int feedbackRead;
        private int opened;

        private Position position = Position.EMPTY;
        private Borrowed borrowed = Borrowed.NOTHING;

        private Amounts heldInAll = Amounts.ZERO;
        private Amounts closed = Amounts.ZERO;
        private Amounts spent = Amounts.ZERO;
        private long meterVersion;
        private boolean untold;
        int refusals;

        Team(String name) {
            this.name = name;
            this.key = new PositionKey(name, "org", ORG, "day", 0);
        }

        Amounts used() {
            return spent.plus(heldInAll.minus(closed));
        }

        Lease lease() {
            return window.leases().get(name);
        }

        /** A request; whether it is dispatched. */
        boolean request(long nanoUsd) {
            now++;
            Amounts need = new Amounts(nanoUsd, 0, 1);
            Amounts after = position.used().plus(need);
            boolean fits = borrowed.version() > 0
                    && !(borrowed.orgLimit().nanoUsd() > limit.amounts().nanoUsd()
                            || borrowed.orgLimit().requests() > limit.amounts().requests())
                    && after.nanoUsd() <= borrowed.level().nanoUsd()
                    && after.requests() <= borrowed.level().requests();
            if (fits) {
                position = position.hold(need);
                heldInAll = heldInAll.plus(need);
                open.put(opened++, need);
            } else {
                refusals++;
            }
            say(borrowed.ask(position.used(), need, !fits, UNITS, now));
            return fits;
        }

        /** Usage that came past Turnpike. */
        void spendBeside(long nanoUsd) {
            spent = spent.plus(new Amounts(nanoUsd, 0, 1));
            publish();
        }

        private void say(Borrowed after) {
            if (after.said() != borrowed.said()) {
                routerLog.add(after.word(key, 86_400_000, 0));
                routerWords++;
            }
            borrowed = after;
        }

        private boolean readLease() {
            if (leasesRead == leaseLog.size()) {
                return false;
            }
            say(borrowed.accept(leaseLog.get(leasesRead++), position.used(), now));
            return true;
        }

        private boolean readFeedback() {
            if (feedbackRead == feedback.size()) {
                return false;
            }
            position = position.feedback(feedback.get(feedbackRead++));
            return true;
        }

        private boolean settleOne() {
            if (open.isEmpty()) {
                return false;
            }
            int first = open.keySet().iterator().next();
            Amounts hold = open.remove(first);
            closed = closed.plus(hold);
            spent = spent.plus(new Amounts(random.nextLong(hold.nanoUsd() + 1), 0, 1));
            publish();
            return true;
        }

        private void publish() {
            meterVersion++;
            untold = true;
            feedback.add(BudgetState.newBuilder()
                    .setTeam(name)
                    .setScope("org")
                    .setScopeValue(ORG)
                    .setPeriod("day")
                    .setWindowStart(0)
                    .setWindowEnd(86_400_000)
                    .setEpoch(1)
                    .setVersion(meterVersion)
                    .setOpened(heldInAll.toAvro())
                    .setClosed(closed.toAvro())
                    .setSpent(spent.toAvro())
                    .setDispatchOffset(-1)
                    .build());
        }

        private boolean tell() {
            if (!untold) {
                return false;
            }
            untold = false;
            meterWords++;
            meterLog.add(LeaseRequest.newBuilder()
                    .setOrg(ORG)
                    .setTeam(name)
                    .setTeller("meter")
                    .setPartition(0)
                    .setPeriod("day")
                    .setWindowStart(0)
                    .setWindowEnd(86_400_000)
                    .setVersion(now)
                    .setWanted(used().toAvro())
                    .setReturned(Amounts.ZERO.toAvro())
                    .setSpent(spent.toAvro())
                    .build());
            return true;
        }

        /** As the router gets its state back: the newest lease, its own newest word, and what the meter and the dispatches say. */
        private void resetRouter() {
            Borrowed rebuilt = Borrowed.NOTHING;
            if (!routerLog.isEmpty()) {
                rebuilt = rebuilt.restored(routerLog.get(routerLog.size() - 1));
            }
            borrowed = rebuilt;
            leasesRead = Math.max(0, leaseLog.size() - 1);
            position = new Position(heldInAll, Amounts.ZERO, Amounts.ZERO, 0, 0);
            feedbackRead = Math.max(0, feedback.size() - 1);
            readFeedback();
        }
    }
}
