package dev.turnpike.schemas;

import dev.turnpike.schemas.event.AmountVector;
import java.util.Locale;

/**
 * An amount in the three units a budget may limit: nano-dollars, tokens and requests.
 *
 * <p>Sums that leave the range of a long throw {@link ArithmeticException}: a wrapped sum would open a closed budget.
 */
public record Amounts(long nanoUsd, long tokens, long requests) {

    public static final Amounts ZERO = new Amounts(0, 0, 0);

    public static Amounts of(AmountVector vector) {
        return new Amounts(vector.getNanoUsd(), vector.getTokens(), vector.getRequests());
    }

    public AmountVector toAvro() {
        return new AmountVector(nanoUsd, tokens, requests);
    }

    public Amounts plus(Amounts other) {
        return new Amounts(
                Math.addExact(nanoUsd, other.nanoUsd),
                Math.addExact(tokens, other.tokens),
                Math.addExact(requests, other.requests));
    }

    public Amounts minus(Amounts other) {
        return new Amounts(
                Math.subtractExact(nanoUsd, other.nanoUsd),
                Math.subtractExact(tokens, other.tokens),
                Math.subtractExact(requests, other.requests));
    }

    public Amounts negate() {
        return ZERO.minus(this);
    }

    /** The smaller of both in each unit. */
    public Amounts min(Amounts other) {
        return new Amounts(
                Math.min(nanoUsd, other.nanoUsd), Math.min(tokens, other.tokens), Math.min(requests, other.requests));
    }

    /** The greater of both in each unit. */
    public Amounts max(Amounts other) {
        return new Amounts(
                Math.max(nanoUsd, other.nanoUsd), Math.max(tokens, other.tokens), Math.max(requests, other.requests));
    }

    public boolean isZero() {
        return nanoUsd == 0 && tokens == 0 && requests == 0;
    }

    public long in(Unit unit) {
        return switch (unit) {
            case NANO_USD -> nanoUsd;
            case TOKENS -> tokens;
            case REQUESTS -> requests;
        };
    }

    /** What a budget limits. */
    public enum Unit {
        NANO_USD("nano_usd"),
        TOKENS("tokens"),
        REQUESTS("requests");

        private final String wireName;

        Unit(String wireName) {
            this.wireName = wireName;
        }

        /** The name in events. */
        public String wireName() {
            return wireName;
        }

        /** An amount of this unit for people. */
        public String display(long amount) {
            return this == NANO_USD ? Money.display(amount) : String.format(Locale.ROOT, "%,d %s", amount, wireName);
        }
    }
}
