package dev.turnpike.metering.lease;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.OrgLease;

/**
 * What one team has borrowed in one window of its org, and the newest that was heard of it.
 *
 * @param version counts what the team was told of it
 * @param granted all that was ever lent
 * @param lentAt when something was last lent, milliseconds since 1970-01-01 UTC
 * @param returned all that was given back
 * @param recalled whether the team was asked to give back what it does not use, and has not answered yet
 * @param wanted how much the router wants it to be
 * @param refused whether the router refused a request for want of it
 * @param used spent and held by the newest word
 * @param spent by the newest word of the meter
 * @param routerSaid version of the router's newest word
 * @param meterSaid version of the meter's newest word
 */
public record Lease(
        long version,
        Amounts granted,
        long lentAt,
        Amounts returned,
        boolean recalled,
        Amounts wanted,
        boolean refused,
        Amounts used,
        Amounts spent,
        long routerSaid,
        long meterSaid) {

    static final Lease NONE = new Lease(
            0,
            Amounts.ZERO,
            0,
            Amounts.ZERO,
            false,
            Amounts.ZERO,
            false,
            Amounts.ZERO,
            Amounts.ZERO,
            Long.MIN_VALUE,
            Long.MIN_VALUE);

    static Lease restored(OrgLease told) {
        return new Lease(
                told.getVersion(),
                Amounts.of(told.getGranted()),
                0,
                Amounts.of(told.getReturned()),
                told.getRecalled(),
                Amounts.ZERO,
                false,
                Amounts.ZERO,
                Amounts.ZERO,
                Long.MIN_VALUE,
                Long.MIN_VALUE);
    }

    /** What is lent now. */
    public Amounts level() {
        return granted.minus(returned);
    }

    /** What the org cannot lend to others: what is lent, or what was spent beyond it without a hold. */
    Amounts committed() {
        return level().max(used);
    }

    /** What the team could give back, as far as is known. */
    Amounts idle() {
        return level().minus(used).max(Amounts.ZERO);
    }

    /** What the lease would have to grow by. */
    Amounts lacking() {
        return wanted.minus(level()).max(Amounts.ZERO);
    }

    Lease heard(LeaseRequest word) {
        return word.getTeller().equals(LeaseTeller.METER) ? meterSays(word) : routerSays(word);
    }

    Lease lend(Amounts amounts, long at) {
        return new Lease(
                version,
                granted.plus(amounts),
                at,
                returned,
                recalled,
                wanted,
                refused,
                used,
                spent,
                routerSaid,
                meterSaid);
    }

    Lease recall() {
        return new Lease(version, granted, lentAt, returned, true, wanted, refused, used, spent, routerSaid, meterSaid);
    }

    Lease told() {
        return new Lease(
                version + 1, granted, lentAt, returned, recalled, wanted, refused, used, spent, routerSaid, meterSaid);
    }

    private Lease meterSays(LeaseRequest word) {
        if (word.getVersion() < meterSaid) {
            return this;
        }
        return new Lease(
                version,
                granted,
                lentAt,
                returned,
                recalled,
                wanted,
                refused,
                Amounts.of(word.getWanted()),
                Amounts.of(word.getSpent()),
                routerSaid,
                word.getVersion());
    }

    private Lease routerSays(LeaseRequest word) {
        if (word.getVersion() <= routerSaid) {
            return this;
        }
        Amounts back = Amounts.of(word.getReturned()).max(returned);
        boolean answered = recalled && word.getLeaseVersion() >= version;
        return new Lease(
                version,
                granted,
                lentAt,
                back,
                recalled && !answered,
                Amounts.of(word.getWanted()),
                word.getRefused(),
                // who has answered a recall has nothing left to give
                answered ? granted.minus(back) : used,
                spent,
                word.getVersion(),
                meterSaid);
    }
}
