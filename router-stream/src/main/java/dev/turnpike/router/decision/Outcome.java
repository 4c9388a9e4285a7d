package dev.turnpike.router.decision;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** What became of a request, and why. */
public sealed interface Outcome {

    Findings findings();

    /** One line for people. */
    String reason();

    /** The name in events. */
    String wireName();

    /** It is dispatched. */
    sealed interface Granted extends Outcome {

        Grant grant();

        /** Provider of the first model. */
        default String provider() {
            return grant().first().offer().terms().getProvider();
        }

        /** The first model. */
        default String model() {
            return grant().first().offer().terms().getModel();
        }
    }

    /** The model that was asked for, or the best one where the choice was left. */
    record Routed(
            Findings findings,
            Grant grant,
            Wanted wanted,
            @Nullable String remark) implements Granted {

        @Override
        public String reason() {
            String why = grant.first().offer().id() + ": " + why();
            return remark == null ? why : why + "; " + remark;
        }

        private String why() {
            if (grant.explored()) {
                return "explored, to learn how well it does";
            }
            Lineup lineup = findings.lineup();
            Cascade cascade = grant.cascade();
            if (cascade != null) {
                return "first, its answer judged, then "
                        + grant.chain().get(1).offer().id() + ": together "
                        + Money.display(Math.round(cascade.expected() / cascade.success()))
                        + " per completed task with an expected success of " + hundredths(cascade.success());
            }
            if (!wanted.isAny() || lineup == null) {
                return "asked for as " + wanted.name();
            }
            Assessment offers = lineup.assessment();
            int k = grant.first().k();
            String best = offers.isValued() ? "most left of what a success is worth" : "cheapest per completed task";
            return (offers.isSpecialist(k) ? "specialist of this task type, " : "") + best + " of "
                    + lineup.preferred() + " with an expected success of "
                    + hundredths(findings.floor()) + " or more: "
                    + Money.display(offers.perSuccess(k));
        }

        private static String hundredths(double share) {
            return BigDecimal.valueOf(share).setScale(2, RoundingMode.HALF_UP).toPlainString();
        }

        @Override
        public String wireName() {
            return "routed";
        }
    }

    /**
     * Another model than was asked for, or than would have been best without budget pressure.
     *
     * @param from that other model
     */
    record Downgraded(Findings findings, Grant grant, String from, String cause) implements Granted {

        @Override
        public String reason() {
            return grant.first().offer().id() + " instead of " + from + ": " + cause;
        }

        @Override
        public String wireName() {
            return "downgraded";
        }
    }

    /**
     * It is not dispatched.
     *
     * @param budget name of the budget that refused; null: none did
     * @param needed the least that a dispatch would have had to hold; null where no budget refused
     * @param retryAt when that budget's window turns, or a circuit may close that keeps an offer out, milliseconds since
     *     1970-01-01 UTC; null where waiting does not help
     */
    record Rejected(
            Findings findings,
            RejectionCode code,
            String reason,
            @Nullable String budget,
            @Nullable Long retryAt,
            @Nullable Amounts needed)
            implements Outcome {

        static Rejected of(Findings findings, RejectionCode code, String reason) {
            return until(null, findings, code, reason);
        }

        static Rejected until(@Nullable Long retryAt, Findings findings, RejectionCode code, String reason) {
            return new Rejected(findings, code, reason, null, retryAt, null);
        }

        @Override
        public String wireName() {
            return "rejected";
        }
    }
}
