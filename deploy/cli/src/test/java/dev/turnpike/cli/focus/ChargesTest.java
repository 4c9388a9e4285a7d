package dev.turnpike.cli.focus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.event.LedgerEntry;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChargesTest {

    private final Charges charges = new Charges("acme corp", List.of(Ledger.OFFER));

    @Test
    void shouldMakeARowOfEveryMeterThatCounted() {
        LedgerEntry entry = Ledger.usage("e", new Tokens(1_000, 20, 0, 3, 100, 7), null);

        List<Row> rows = charges.of(entry, Ledger.AT + 5);

        assertThat(rows)
                .extracting(row -> row.text(Column.SKU_METER), row -> row.text(Column.CONSUMED_QUANTITY))
                .containsExactly(
                        tuple("Input Tokens", "1000"),
                        tuple("Cache Read Tokens", "20"),
                        tuple("Cache Write Tokens, 1 Hour", "3"),
                        tuple("Output Tokens", "100"),
                        tuple("Reasoning Tokens", "7"),
                        tuple("Requests", "1"));
        Row input = rows.get(0);
        assertThat(input.text(Column.LIST_UNIT_PRICE)).isEqualTo("1.250000001");
        assertThat(input.text(Column.PRICING_QUANTITY)).isEqualTo("0.001");
        assertThat(input.text(Column.LIST_COST)).isEqualTo("0.001250000001");
        assertThat(input.text(Column.EFFECTIVE_COST)).isEqualTo("0.00125");
        assertThat(input.text(Column.SKU_PRICE_ID)).isEqualTo("acme/large/input/standard");
        assertThat(input.text(Column.CHARGE_DESCRIPTION)).isEqualTo("1,000 Input Tokens of acme/large");
        assertThat(input.text(Column.CHARGE_PERIOD_START)).isEqualTo("2026-07-31T23:00:00Z");
        assertThat(input.text(Column.BILLING_PERIOD_END)).isEqualTo("2026-08-01T00:00:00Z");
        assertThat(input.text(Column.TAGS))
                .isEqualTo("{\"cost_center\":\"42\",\"project\":\"a \\\"quoted\\\", name\"}");
    }

    @Test
    void shouldTellPricesOfTiersApart() {
        LedgerEntry entry = Ledger.usage("e", new Tokens(200_001, 0, 0, 0, 1, 0), "batch");

        Row input = charges.of(entry, Ledger.AT).get(0);

        assertThat(input.text(Column.SKU_PRICE_ID)).isEqualTo("acme/large/input/batch/above-200000");
        assertThat(input.text(Column.SKU_PRICE_DETAILS))
                .isEqualTo("{\"x_ServiceTier\":\"batch\",\"x_AboveInputTokens\":200000}");
        assertThat(input.text(Column.LIST_UNIT_PRICE)).isEqualTo("1.25");
    }

    @Test
    void shouldTakeBackWhatACorrectionReverses() {
        LedgerEntry entry = Ledger.usage("e", new Tokens(200_001, 2, 3, 4, 5, 6), null);

        List<Row> rows = charges.of(Ledger.reversal(entry, "e2"), Ledger.AT + 1);

        assertThat(sum(rows))
                .isEqualByComparingTo(sum(charges.of(entry, Ledger.AT)).negate());
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.text(Column.CHARGE_CLASS)).isEqualTo("Correction");
            assertThat(row.text(Column.X_CORRECTS_ENTRY_ID)).isEqualTo("e");
            assertThat(row.text(Column.CHARGE_DESCRIPTION))
                    .startsWith("Correction: ")
                    .endsWith("(its price was changed)");
            assertThat(row.decimal(Column.PRICING_QUANTITY)).isNegative();
            assertThat(Rules.broken(row)).isEmpty();
        });
    }

    @Test
    void shouldCountWhatHasNoPriceAndChargeNothingForIt() {
        List<Row> rows = charges.of(Ledger.unpriced("e", new Tokens(10, 0, 0, 0, 5, 0)), Ledger.AT);

        assertThat(rows).hasSize(2).allSatisfy(row -> {
            assertThat(row.text(Column.EFFECTIVE_COST)).isEqualTo("0");
            assertThat(row.text(Column.PRICING_CATEGORY)).isEqualTo("Other");
            assertThat(row.get(Column.X_UNPRICED)).isEqualTo(true);
            assertThat(row.text(Column.CHARGE_DESCRIPTION)).endsWith("whose price is not known yet");
            assertThat(Rules.broken(row)).isEmpty();
        });
    }

    @Test
    void shouldShowAnEstimateAsWhatItIs() {
        List<Row> rows = charges.of(Ledger.estimate("e", 1_234_567_891L), Ledger.AT);

        assertThat(rows).singleElement().satisfies(row -> {
            assertThat(row.text(Column.EFFECTIVE_COST)).isEqualTo("1.234567891");
            assertThat(row.text(Column.SKU_METER)).isEqualTo("Unmetered Usage");
            assertThat(row.get(Column.X_ESTIMATED)).isEqualTo(true);
            assertThat(Rules.broken(row)).isEmpty();
        });
    }

    @Test
    void shouldKeepACostThatTheCatalogDoesNotExplain() {
        LedgerEntry entry = Ledger.usage("e", new Tokens(10, 0, 0, 0, 5, 0), null);
        entry.setPriceVersion("forgotten");

        List<Row> rows = charges.of(entry, Ledger.AT);

        assertThat(rows)
                .extracting(row -> row.text(Column.SKU_METER))
                .containsExactly("Input Tokens", "Output Tokens", "Unmetered Usage");
        assertThat(sum(rows)).isEqualByComparingTo(cost(entry));
    }

    @Test
    void shouldHaveNoRowForWhatNeitherCountsNorCosts() {
        assertThat(charges.of(Ledger.unpriced("e", new Tokens(0, 0, 0, 0, 0, 0)), Ledger.AT))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldAddUpToTheLedgerToTheNanoDollar(long seed) {
        Random random = new Random(seed);
        String[] serviceTiers = {null, "batch", "default"};
        for (int i = 0; i < 3_000; i++) {
            LedgerEntry usage = Ledger.usage(
                    "e" + i,
                    new Tokens(
                            count(random), count(random), count(random), count(random), count(random), count(random)),
                    serviceTiers[random.nextInt(3)]);
            for (LedgerEntry entry : List.of(usage, Ledger.reversal(usage, "c" + i))) {
                List<Row> rows = charges.of(entry, Ledger.AT);

                assertThat(sum(rows)).as("seed %d: %s", seed, entry).isEqualByComparingTo(cost(entry));
                assertThat(rows).allSatisfy(row -> {
                    assertThat(Rules.broken(row)).isEmpty();
                    assertThat(row.text(Column.SKU_METER)).isNotEqualTo("Unmetered Usage");
                    BigDecimal list = Objects.requireNonNull(row.decimal(Column.LIST_COST));
                    assertThat(Objects.requireNonNull(row.decimal(Column.EFFECTIVE_COST))
                                    .subtract(list)
                                    .abs())
                            .as("no part is off by more than what rounding moves")
                            .isLessThan(new BigDecimal("0.000000001"));
                });
            }
        }
    }

    private static long count(Random random) {
        return random.nextBoolean() ? 0 : random.nextInt(random.nextBoolean() ? 50 : 300_000);
    }

    private static BigDecimal sum(List<Row> rows) {
        return rows.stream()
                .map(row -> Objects.requireNonNull(row.decimal(Column.EFFECTIVE_COST)))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static BigDecimal cost(LedgerEntry entry) {
        return BigDecimal.valueOf(entry.getAmount().getNanoUsd(), 9);
    }
}
