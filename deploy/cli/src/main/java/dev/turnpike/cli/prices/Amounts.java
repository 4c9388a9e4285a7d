package dev.turnpike.cli.prices;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Reads exact numbers of lists. */
final class Amounts {

    /** Places that dollars per token are moved by to be nano-dollars per million tokens. */
    static final int PER_TOKEN = 15;

    /** Places that dollars per million tokens, or for one request, are moved by to be nano-dollars. */
    static final int PER_MILLION = 9;

    private Amounts() {}

    /**
     * Dollars as nano-dollars; null where the list says nothing.
     *
     * @param amount a number, or a text that is one
     * @param places {@link #PER_TOKEN} or {@link #PER_MILLION}
     */
    static @Nullable Long nanos(JsonNode amount, int places) throws Unrepresentable {
        if (amount.isMissingNode() || amount.isNull()) {
            return null;
        }
        BigDecimal usd = decimal(amount);
        if (usd.signum() < 0) {
            throw new Unrepresentable("negative price");
        }
        try {
            return usd.scaleByPowerOfTen(places).longValueExact();
        } catch (ArithmeticException e) {
            throw new Unrepresentable("price finer than a nano-dollar per million tokens, or beyond counting");
        }
    }

    /** A number of tokens; null where the list says nothing, or none. */
    static @Nullable Long tokens(JsonNode count) throws Unrepresentable {
        if (count.isMissingNode() || count.isNull()) {
            return null;
        }
        try {
            long tokens = decimal(count).longValueExact();
            return tokens > 0 ? tokens : null;
        } catch (ArithmeticException e) {
            throw new Unrepresentable("context length that is no whole number");
        }
    }

    private static BigDecimal decimal(JsonNode number) throws Unrepresentable {
        if (number.isNumber()) {
            return number.decimalValue();
        }
        try {
            return new BigDecimal(number.isTextual() ? number.textValue() : "");
        } catch (NumberFormatException e) {
            throw new Unrepresentable("price or context length that is no number");
        }
    }
}
