package dev.turnpike.cli.focus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What FOCUS demands of a row, as far as it concerns our columns; each rule as it stands with its column or attribute. */
final class Rules {

    private static final ObjectMapper JSON = new ObjectMapper();
    // what the widest decimal types of databases and Parquet hold
    private static final int DIGITS = 38;

    private Rules() {}

    /** What is wrong with a row, each with the column it is about; nothing where it keeps all rules. */
    static List<String> broken(Row row) {
        List<String> broken = new ArrayList<>();
        for (Column column : Column.values()) {
            checkValue(column, row.get(column), broken);
        }
        if (broken.isEmpty()) {
            checkPeriods(row, broken);
            checkCorrection(row, broken);
            checkPrices(row, broken);
        }
        return broken;
    }

    private static void checkValue(Column column, @Nullable Object value, List<String> broken) {
        if (value == null) {
            require(column.isNullable(), column, "must not be null", broken);
            return;
        }
        switch (column.type()) {
            case TEXT -> {
                String text = (String) value;
                require(
                        text.equals(text.strip()),
                        column,
                        "must not begin or end with a blank: '" + text + "'",
                        broken);
                require(
                        column.allowed().isEmpty() || column.allowed().contains(text),
                        column,
                        "must be of " + column.allowed() + ": " + text,
                        broken);
            }
            case DECIMAL ->
                require(
                        ((BigDecimal) value).stripTrailingZeros().precision() <= DIGITS,
                        column,
                        "must have at most " + DIGITS + " digits: " + value,
                        broken);
            case INSTANT ->
                require(
                        column.isOwn() || ((Instant) value).getNano() == 0,
                        column,
                        "must be of whole seconds: " + value,
                        broken);
            case JSON -> require(isFlat((String) value), column, "must be an object of plain values: " + value, broken);
            case FLAG -> require(value instanceof Boolean, column, "must be true or false: " + value, broken);
        }
    }

    private static void checkPeriods(Row row, List<String> broken) {
        Instant start = instant(row, Column.CHARGE_PERIOD_START);
        Instant end = instant(row, Column.CHARGE_PERIOD_END);
        Instant from = instant(row, Column.BILLING_PERIOD_START);
        Instant to = instant(row, Column.BILLING_PERIOD_END);
        require(start.isBefore(end), Column.CHARGE_PERIOD_END, "must be after ChargePeriodStart: " + end, broken);
        require(from.isBefore(to), Column.BILLING_PERIOD_END, "must be after BillingPeriodStart: " + to, broken);
        require(
                !start.isBefore(from) && !end.isAfter(to),
                Column.CHARGE_PERIOD_START,
                "must be within the billing period: " + Duration.between(from, start) + " after its start",
                broken);
        String currency = row.text(Column.BILLING_CURRENCY);
        require(
                Currency.getAvailableCurrencies().stream()
                        .anyMatch(known -> known.getCurrencyCode().equals(currency)),
                Column.BILLING_CURRENCY,
                "must be a code of ISO 4217: " + currency,
                broken);
    }

    private static void checkCorrection(Row row, List<String> broken) {
        require(
                isNull(row, Column.CHARGE_CLASS) == isNull(row, Column.X_CORRECTS_ENTRY_ID),
                Column.CHARGE_CLASS,
                "must be Correction where something earlier is corrected, and null where not",
                broken);
    }

    private static void checkPrices(Row row, List<String> broken) {
        boolean isUsage = row.text(Column.CHARGE_CATEGORY).equals("Usage");
        boolean mayLack = !isUsage || !isNull(row, Column.CHARGE_CLASS);
        for (Column column : List.of(
                Column.SKU_ID,
                Column.SKU_PRICE_ID,
                Column.PRICING_QUANTITY,
                Column.LIST_UNIT_PRICE,
                Column.CONTRACTED_UNIT_PRICE,
                Column.PRICING_CATEGORY,
                Column.CONSUMED_QUANTITY)) {
            require(
                    mayLack || !isNull(row, column),
                    column,
                    "must not be null for usage that corrects nothing",
                    broken);
        }
        for (Column column : List.of(
                Column.PRICING_QUANTITY,
                Column.LIST_UNIT_PRICE,
                Column.CONTRACTED_UNIT_PRICE,
                Column.PRICING_CATEGORY,
                Column.SKU_PRICE_DETAILS,
                Column.CONSUMED_QUANTITY)) {
            require(
                    !isNull(row, Column.SKU_PRICE_ID) || isNull(row, column),
                    column,
                    "must be null where SkuPriceId is",
                    broken);
        }
        require(
                !isNull(row, Column.SKU_ID) || isNull(row, Column.SKU_METER),
                Column.SKU_METER,
                "must be null where SkuId is",
                broken);
        require(
                isNull(row, Column.PRICING_UNIT) == isNull(row, Column.PRICING_QUANTITY),
                Column.PRICING_UNIT,
                "must be null where PricingQuantity is, and only there",
                broken);
        require(
                isNull(row, Column.CONSUMED_UNIT) == isNull(row, Column.CONSUMED_QUANTITY),
                Column.CONSUMED_UNIT,
                "must be null where ConsumedQuantity is, and only there",
                broken);
        require(
                isNull(row, Column.RESOURCE_ID) == isNull(row, Column.RESOURCE_TYPE),
                Column.RESOURCE_TYPE,
                "must be null where ResourceId is, and only there",
                broken);
        require(
                isNull(row, Column.SUB_ACCOUNT_ID) == isNull(row, Column.SUB_ACCOUNT_TYPE),
                Column.SUB_ACCOUNT_TYPE,
                "must be null where SubAccountId is, and only there",
                broken);
        checkProduct(row, Column.LIST_COST, Column.LIST_UNIT_PRICE, broken);
        checkProduct(row, Column.CONTRACTED_COST, Column.CONTRACTED_UNIT_PRICE, broken);
    }

    private static void checkProduct(Row row, Column cost, Column unitPrice, List<String> broken) {
        BigDecimal price = row.decimal(unitPrice);
        BigDecimal quantity = row.decimal(Column.PRICING_QUANTITY);
        if (price == null || quantity == null) {
            return;
        }
        require(price.signum() >= 0, unitPrice, "must not be negative: " + price, broken);
        BigDecimal product = price.multiply(quantity);
        require(
                product.compareTo(Objects.requireNonNull(row.decimal(cost))) == 0,
                cost,
                "must be " + unitPrice.label() + " times PricingQuantity, " + product + ": " + row.text(cost),
                broken);
    }

    private static boolean isFlat(String json) {
        try {
            JsonNode object = JSON.readTree(json);
            if (!object.isObject()) {
                return false;
            }
            for (JsonNode value : object) {
                if (!value.isValueNode() || value.isNull()) {
                    return false;
                }
            }
            return true;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static boolean isNull(Row row, Column column) {
        return row.get(column) == null;
    }

    private static Instant instant(Row row, Column column) {
        return Objects.requireNonNull(row.instant(column));
    }

    private static void require(boolean holds, Column column, String demand, List<String> broken) {
        if (!holds) {
            broken.add(column.label() + " " + demand);
        }
    }
}
