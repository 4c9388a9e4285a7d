package dev.turnpike.cli.focus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Pricing.Tokens;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RulesTest {

    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    private final Row row = new Charges("acme corp", List.of(Ledger.OFFER))
            .of(Ledger.usage("e", new Tokens(1_000, 0, 0, 0, 0, 0), null), Ledger.AT)
            .get(0);

    @Test
    void shouldFindNothingWrongWithARowAsItIsMade() {
        assertThat(Rules.broken(row)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Column.class)
    void shouldFindAMandatoryValueThatIsMissing(Column column) {
        row.set(column, null);

        if (column.isNullable()) {
            assertThat(Rules.broken(row)).noneMatch(broken -> broken.equals(column.label() + " must not be null"));
        } else {
            assertThat(Rules.broken(row)).containsExactly(column.label() + " must not be null");
        }
    }

    @ParameterizedTest
    @MethodSource("breaches")
    void shouldFindWhatIsWrong(String message, Consumer<Row> change) {
        change.accept(row);

        assertThat(Rules.broken(row)).anySatisfy(broken -> assertThat(broken).startsWith(message));
    }

    @Test
    void shouldHaveEveryColumnInTheDocumentation() throws IOException {
        Set<String> documented = new HashSet<>();
        for (String line : Files.readAllLines(Path.of("../docs/focus.md"))) {
            if (line.startsWith("| `")) {
                Matcher name = NAME.matcher(line.substring(0, line.indexOf('|', 1)));
                while (name.find()) {
                    documented.add(name.group(1));
                }
            }
        }

        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Column.values()).map(Column::label).toList());
    }

    static Stream<Arguments> breaches() {
        return Stream.of(
                breach("ChargeCategory must be of", row -> row.set(Column.CHARGE_CATEGORY, "Usages")),
                breach("ChargeClass must be of", row -> row.set(Column.CHARGE_CLASS, "correction")),
                breach("ChargeClass must be Correction where", row -> row.set(Column.CHARGE_CLASS, "Correction")),
                breach("ChargeClass must be Correction where", row -> row.set(Column.X_CORRECTS_ENTRY_ID, "e0")),
                breach("PricingCategory must be of", row -> row.set(Column.PRICING_CATEGORY, "On-Demand")),
                breach("BillingCurrency must be a code", row -> row.set(Column.BILLING_CURRENCY, "usd")),
                breach("BillingAccountId must not begin", row -> row.set(Column.BILLING_ACCOUNT_ID, " acme")),
                breach(
                        "ChargePeriodEnd must be after",
                        row -> row.set(Column.CHARGE_PERIOD_END, row.instant(Column.CHARGE_PERIOD_START))),
                breach(
                        "BillingPeriodEnd must be after",
                        row -> row.set(Column.BILLING_PERIOD_END, row.instant(Column.BILLING_PERIOD_START))),
                breach(
                        "ChargePeriodStart must be within",
                        row -> row.set(Column.CHARGE_PERIOD_END, Instant.parse("2026-08-01T01:00:00Z"))),
                breach(
                        "ChargePeriodStart must be of whole seconds",
                        row -> row.set(Column.CHARGE_PERIOD_START, Instant.parse("2026-07-31T23:00:00.5Z"))),
                breach("Tags must be an object", row -> row.set(Column.TAGS, "{\"a\":{\"b\":1}}")),
                breach("Tags must be an object", row -> row.set(Column.TAGS, "a=b")),
                breach("ListCost must be ListUnitPrice times", row -> row.set(Column.LIST_COST, BigDecimal.ONE)),
                breach(
                        "ContractedCost must be ContractedUnitPrice times",
                        row -> row.set(Column.CONTRACTED_COST, BigDecimal.ONE)),
                breach(
                        "ListUnitPrice must not be negative",
                        row -> row.set(Column.LIST_UNIT_PRICE, BigDecimal.ONE.negate())),
                breach(
                        "BilledCost must have at most 38 digits",
                        row -> row.set(Column.BILLED_COST, new BigDecimal("1".repeat(39)))),
                breach("SkuPriceId must not be null for usage", row -> row.set(Column.SKU_PRICE_ID, null)),
                breach("PricingQuantity must be null where SkuPriceId is", row -> row.set(Column.SKU_PRICE_ID, null)),
                breach("SkuMeter must be null where SkuId is", row -> row.set(Column.SKU_ID, null)),
                breach("PricingUnit must be null where", row -> row.set(Column.PRICING_QUANTITY, null)),
                breach("ConsumedUnit must be null where", row -> row.set(Column.CONSUMED_UNIT, null)),
                breach("ResourceType must be null where", row -> row.set(Column.RESOURCE_ID, null)),
                breach("SubAccountType must be null where", row -> row.set(Column.SUB_ACCOUNT_ID, null)));
    }

    private static Arguments breach(String message, Consumer<Row> change) {
        return Arguments.of(message, change);
    }
}
