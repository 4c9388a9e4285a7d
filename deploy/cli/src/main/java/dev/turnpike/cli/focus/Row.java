package dev.turnpike.cli.focus;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One charge: what a ledger entry says of one token meter. A column that is not set is null. */
final class Row {

    private final Map<Column, Object> values;

    Row() {
        this.values = new EnumMap<>(Column.class);
    }

    Row(Row other) {
        this.values = new EnumMap<>(other.values);
    }

    /** Sets a column; an empty text says as little as none. */
    Row set(Column column, @Nullable Object value) {
        if (value == null || value.equals("")) {
            values.remove(column);
        } else {
            values.put(column, value);
        }
        return this;
    }

    @Nullable
    Object get(Column column) {
        return values.get(column);
    }

    /** As it stands in a file of text: decimals plain, instants in ISO 8601; empty for null. */
    String text(Column column) {
        Object value = values.get(column);
        return value instanceof BigDecimal decimal ? plain(decimal) : value == null ? "" : value.toString();
    }

    @Nullable
    BigDecimal decimal(Column column) {
        return (BigDecimal) values.get(column);
    }

    @Nullable
    Instant instant(Column column) {
        return (Instant) values.get(column);
    }

    private static String plain(BigDecimal decimal) {
        return decimal.signum() == 0 ? "0" : decimal.stripTrailingZeros().toPlainString();
    }
}
