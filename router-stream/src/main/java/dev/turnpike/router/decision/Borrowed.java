package dev.turnpike.router.decision;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.OrgLease;
import java.util.Set;

/**
 * What a team has borrowed of its org's limit in one window, and what it has said of it.
 *
 * @param version of the newest lease that was read; 0 before any
 * @param granted all that was ever lent, by that lease
 * @param orgLimit the limit that the lease was written under
 * @param returned all that was ever given back
 * @param wanted how much the lease was last wanted to be
 * @param refused whether a request was refused for want of that
 * @param wantedAt since when it has been wanted, milliseconds since 1970-01-01 UTC
 * @param said version of the newest word to the lender
 */
public record Borrowed(
        long version,
        Amounts granted,
        Amounts orgLimit,
        Amounts returned,
        Amounts wanted,
        boolean refused,
        long wantedAt,
        long said) {

    /*
     * A router asks ahead, when what is left of its lease would not pay for a few more requests like this one, and again when it
     * refuses one. It does not repeat itself: as long as the lender has not met what was wanted last, only a wish that is
     * clearly smaller can be met sooner. Shares that shrink by a quarter bound the words that refusals cause by a logarithm.
     */

    public static final Borrowed NOTHING =
            new Borrowed(0, Amounts.ZERO, Amounts.ZERO, Amounts.ZERO, Amounts.ZERO, false, 0, 0);

    private static final int ASK_BELOW = 4;
    private static final int ASK_FOR = 8;

    /** The team's limit. */
    public Amounts level() {
        return granted.minus(returned);
    }

    /**
     * Takes over what the lender says, unless something newer is known.
     *
     * @param used spent and held in the window
     * @param at time of the record
     */
    public Borrowed accept(OrgLease lease, Amounts used, long at) {
        if (lease.getVersion() <= version) {
            return this;
        }
        Amounts lent = Amounts.of(lease.getGranted());
        // what the lender has taken back was given back here, even if this state has been lost since
        Amounts back = returned.max(Amounts.of(lease.getReturned()));
        Amounts limit = lease.getOrgLimit() == null ? Amounts.ZERO : Amounts.of(lease.getOrgLimit());
        if (!lease.getRecalled()) {
            return new Borrowed(lease.getVersion(), lent, limit, back, wanted, refused, wantedAt, said);
        }
        Amounts idle = lent.minus(back).minus(used).max(Amounts.ZERO);
        Amounts given = back.plus(idle);
        boolean waits = exceeds(wanted, lent.minus(back));
        return new Borrowed(
                lease.getVersion(),
                lent,
                limit,
                given,
                waits ? wanted : Amounts.ZERO,
                waits && refused,
                wantedAt,
                next(at));
    }

    /** Takes over the newest lease, after its state was lost; one that was asked back is to be read once more, and answered. */
    public Borrowed restored(OrgLease lease) {
        return new Borrowed(
                lease.getVersion() - (lease.getRecalled() ? 1 : 0),
                Amounts.of(lease.getGranted()),
                lease.getOrgLimit() == null ? Amounts.ZERO : Amounts.of(lease.getOrgLimit()),
                returned.max(Amounts.of(lease.getReturned())),
                wanted,
                refused,
                wantedAt,
                said);
    }

    /** Takes over its own newest word, after its state was lost. */
    public Borrowed restored(LeaseRequest word) {
        return new Borrowed(
                version,
                granted,
                orgLimit,
                returned.max(Amounts.of(word.getReturned())),
                Amounts.of(word.getWanted()),
                word.getRefused(),
                wantedAt,
                Math.max(said, word.getVersion()));
    }

    /**
     * Asks for more where that is due after a decision.
     *
     * @param used spent and held in the window, this decision's own hold included
     * @param need what the decision held; where it was refused, the least it would have had to hold
     * @param refusing whether it was refused because the lease is too small
     * @param limited the units that the org limits
     * @param at time of the decision
     */
    public Borrowed ask(Amounts used, Amounts need, boolean refusing, Set<Unit> limited, long at) {
        Amounts wish = part(used.plus(refusing ? need : times(need, ASK_FOR)), limited);
        boolean low = refusing || exceeds(part(used.plus(times(need, ASK_BELOW)), limited), level());
        if (!low || !exceeds(wish, level())) {
            return this;
        }
        boolean waits = exceeds(wanted, level());
        boolean repeats = waits && (!refusing || (refused && !isClearlySmaller(wish)));
        long since = waits && refused ? wantedAt : at;
        return repeats ? this : new Borrowed(version, granted, orgLimit, returned, wish, refusing, since, next(at));
    }

    /**
     * What is said to the lender.
     *
     * @param key of the team's position in the org's window
     * @param windowEnd first instant after the window
     * @param partition of the team
     */
    public LeaseRequest word(PositionKey key, long windowEnd, int partition) {
        return LeaseRequest.newBuilder()
                .setOrg(key.scopeValue())
                .setTeam(key.team())
                .setTeller("router")
                .setPartition(partition)
                .setPeriod(key.period())
                .setWindowStart(key.windowStart())
                .setWindowEnd(windowEnd)
                .setVersion(said)
                .setWanted(wanted.toAvro())
                .setRefused(refused)
                .setLeaseVersion(version)
                .setReturned(returned.toAvro())
                .setSpent(Amounts.ZERO.toAvro())
                .build();
    }

    /** Whether the lender has not met for so long what was wanted. */
    boolean waitsLongerThan(long millis, long at) {
        return exceeds(wanted, level()) && at - wantedAt > millis;
    }

    private boolean isClearlySmaller(Amounts wish) {
        for (Unit unit : Unit.values()) {
            long before = wanted.in(unit) - level().in(unit);
            long now = wish.in(unit) - level().in(unit);
            if (before > 0 && now < before - before / 4) {
                return true;
            }
        }
        return false;
    }

    // grows even where time stands still, and beyond what a lost state had said
    private long next(long at) {
        return Math.max(said + 1, at);
    }

    private static boolean exceeds(Amounts amounts, Amounts level) {
        return !amounts.minus(level).max(Amounts.ZERO).isZero();
    }

    private static Amounts times(Amounts amounts, int factor) {
        return new Amounts(
                Math.multiplyExact(amounts.nanoUsd(), factor),
                Math.multiplyExact(amounts.tokens(), factor),
                Math.multiplyExact(amounts.requests(), factor));
    }

    private static Amounts part(Amounts amounts, Set<Unit> units) {
        return new Amounts(
                units.contains(Unit.NANO_USD) ? amounts.nanoUsd() : 0,
                units.contains(Unit.TOKENS) ? amounts.tokens() : 0,
                units.contains(Unit.REQUESTS) ? amounts.requests() : 0);
    }
}
