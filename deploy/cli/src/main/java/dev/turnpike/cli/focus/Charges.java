package dev.turnpike.cli.focus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.Pricing.Rates;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.PriceTier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes the rows of ledger entries. */
final class Charges {

    /*
     * An entry was priced as a whole and rounded once. Its rows show each meter for itself: the list cost of a row is exactly its unit
     * price times its quantity, whatever places that takes; its effective cost is a whole number of nano-dollars, so that the rows of an
     * entry add up to what the ledger says. What no price explains has a row of its own.
     */

    private static final long PER_MILLION = 1_000_000;
    private static final BigInteger SCALE = BigInteger.valueOf(PER_MILLION).pow(2);
    private static final String UNKNOWN = "Unknown";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String account;
    private final Map<String, Price> prices = new HashMap<>();

    /**
     * @param account what the whole bill is for
     * @param offers with every price that entries may name
     */
    Charges(String account, Collection<ModelOffer> offers) {
        this.account = account;
        offers.forEach(offer -> offer.getPrices().forEach(price -> prices.put(price.getVersion(), price)));
    }

    /** A meter of an entry, with what it costs. */
    private record Part(Meter meter, long quantity, BigDecimal unitPrice, long nanoUsd) {}

    /**
     * The rows of an entry: one for each meter that counted something, none where it neither counted nor cost anything.
     *
     * @param bookedAt time of the entry, milliseconds since 1970-01-01 UTC
     */
    List<Row> of(LedgerEntry entry, long bookedAt) {
        Row common = common(entry, bookedAt);
        Price price = entry.getPriceVersion() == null ? null : prices.get(entry.getPriceVersion());
        List<Row> rows = new ArrayList<>();
        for (Part part : parts(entry, price)) {
            rows.add(row(common, part, entry, price));
        }
        return rows;
    }

    private static List<Part> parts(LedgerEntry entry, @Nullable Price price) {
        long cost = entry.getAmount().getNanoUsd();
        int sign = cost < 0 || entry.getAmount().getTokens() < 0 ? -1 : 1;
        List<Part> parts = new ArrayList<>();
        long explained = price == null ? unpriced(entry, parts) : priced(entry, price, sign, parts);
        if (explained != cost) {
            long rest = cost - explained;
            parts.add(new Part(Meter.UNMETERED, Long.signum(rest), usd(Math.abs(rest)), rest));
        }
        return parts;
    }

    private static long unpriced(LedgerEntry entry, List<Part> parts) {
        for (Meter meter : Meter.values()) {
            if (meter.tokens(entry) != 0) {
                parts.add(new Part(meter, meter.tokens(entry), BigDecimal.ZERO, 0));
            }
        }
        return 0;
    }

    private static long priced(LedgerEntry entry, Price price, int sign, List<Part> parts) {
        long multiplier = Pricing.multiplier(price, entry.getServiceTier());
        Rates rates = Pricing.rates(price, sign * input(entry));
        List<Meter> meters = new ArrayList<>();
        List<BigInteger> exact = new ArrayList<>();
        for (Meter meter : Meter.values()) {
            long quantity = quantity(meter, entry, price, sign);
            if (quantity != 0) {
                meters.add(meter);
                exact.add(BigInteger.valueOf(sign * quantity)
                        .multiply(BigInteger.valueOf(meter.rate(price, rates)))
                        .multiply(BigInteger.valueOf(multiplier))
                        .multiply(BigInteger.valueOf(meter.isOfTokens() ? 1 : PER_MILLION)));
            }
        }
        long whole = new BigDecimal(exact.stream().reduce(BigInteger.ZERO, BigInteger::add))
                .divide(new BigDecimal(SCALE), 0, RoundingMode.HALF_EVEN)
                .longValueExact();
        long[] shares = Shares.of(exact, SCALE, whole);
        for (int i = 0; i < shares.length; i++) {
            Meter meter = meters.get(i);
            BigDecimal unitPrice = usd(meter.rate(price, rates)).multiply(BigDecimal.valueOf(multiplier, 6));
            parts.add(new Part(meter, quantity(meter, entry, price, sign), unitPrice, sign * shares[i]));
        }
        return sign * whole;
    }

    private static long quantity(Meter meter, LedgerEntry entry, Price price, int sign) {
        return meter == Meter.REQUEST && price.getPerRequest() != 0 ? sign : meter.tokens(entry);
    }

    private static long input(LedgerEntry entry) {
        return entry.getInputTokens()
                + entry.getCacheReadTokens()
                + entry.getCacheWrite5mTokens()
                + entry.getCacheWrite1hTokens();
    }

    private Row row(Row common, Part part, LedgerEntry entry, @Nullable Price price) {
        Meter meter = part.meter;
        boolean ofTokens = meter.isOfTokens();
        BigDecimal quantity = ofTokens ? BigDecimal.valueOf(part.quantity, 6) : BigDecimal.valueOf(part.quantity);
        BigDecimal list = part.unitPrice.multiply(quantity);
        BigDecimal effective = usd(part.nanoUsd);
        boolean isPriced = price != null && meter != Meter.UNMETERED;
        String offer = BudgetScopes.offerId(entry.getProvider(), entry.getModel());
        String sku = offer + '/' + meter.id();
        Map<String, Object> details = details(meter, entry, price);
        return new Row(common)
                .set(Column.BILLED_COST, effective)
                .set(Column.EFFECTIVE_COST, effective)
                .set(Column.LIST_COST, list)
                .set(Column.CONTRACTED_COST, list)
                .set(Column.LIST_UNIT_PRICE, part.unitPrice)
                .set(Column.CONTRACTED_UNIT_PRICE, part.unitPrice)
                .set(Column.PRICING_CATEGORY, isPriced ? "Standard" : "Other")
                .set(Column.PRICING_QUANTITY, quantity)
                .set(Column.PRICING_UNIT, ofTokens ? "1000000 Tokens" : "Requests")
                .set(Column.CONSUMED_QUANTITY, BigDecimal.valueOf(part.quantity))
                .set(Column.CONSUMED_UNIT, ofTokens ? "Tokens" : "Requests")
                .set(Column.SKU_ID, sku)
                .set(Column.SKU_METER, meter.label())
                .set(Column.SKU_PRICE_ID, skuPrice(sku, details))
                .set(Column.SKU_PRICE_DETAILS, json(details))
                .set(Column.CHARGE_DESCRIPTION, description(part, offer, entry, isPriced));
    }

    private Row common(LedgerEntry entry, long bookedAt) {
        ZonedDateTime admitted = Instant.ofEpochMilli(entry.getAdmittedAt()).atZone(ZoneOffset.UTC);
        ZonedDateTime hour = admitted.truncatedTo(ChronoUnit.HOURS);
        ZonedDateTime month = admitted.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1);
        String provider = entry.getProvider() == null ? UNKNOWN : entry.getProvider();
        return new Row()
                .set(Column.BILLING_ACCOUNT_ID, account)
                .set(Column.BILLING_ACCOUNT_NAME, account)
                .set(Column.BILLING_ACCOUNT_TYPE, "Organization")
                .set(Column.BILLING_CURRENCY, "USD")
                .set(Column.BILLING_PERIOD_START, month.toInstant())
                .set(Column.BILLING_PERIOD_END, month.plusMonths(1).toInstant())
                .set(Column.CHARGE_CATEGORY, "Usage")
                .set(Column.CHARGE_CLASS, entry.getCorrects() == null ? null : "Correction")
                .set(Column.CHARGE_FREQUENCY, "Usage-Based")
                .set(Column.CHARGE_PERIOD_START, hour.toInstant())
                .set(Column.CHARGE_PERIOD_END, hour.plusHours(1).toInstant())
                .set(Column.HOST_PROVIDER_NAME, provider)
                .set(Column.INVOICE_ISSUER_NAME, provider)
                .set(Column.SERVICE_PROVIDER_NAME, provider)
                .set(Column.RESOURCE_ID, BudgetScopes.offerId(entry.getProvider(), entry.getModel()))
                .set(Column.RESOURCE_NAME, entry.getModel())
                .set(Column.RESOURCE_TYPE, "Model")
                .set(Column.SERVICE_CATEGORY, "AI and Machine Learning")
                .set(Column.SERVICE_SUBCATEGORY, "Generative AI")
                .set(Column.SERVICE_NAME, "Language Models")
                .set(Column.SUB_ACCOUNT_ID, entry.getTeam())
                .set(Column.SUB_ACCOUNT_NAME, entry.getTeam())
                .set(Column.SUB_ACCOUNT_TYPE, "Team")
                .set(Column.TAGS, json(new TreeMap<>(entry.getTags())))
                .set(Column.X_USER, entry.getUser())
                .set(Column.X_TASK_ID, entry.getTaskId())
                .set(Column.X_TASK_TYPE, entry.getTaskType())
                .set(Column.X_REQUEST_ID, entry.getRequestId())
                .set(Column.X_LEDGER_ENTRY_ID, entry.getEntryId())
                .set(Column.X_CORRECTS_ENTRY_ID, entry.getCorrects())
                .set(Column.X_BOOKED_AT, Instant.ofEpochMilli(bookedAt))
                .set(Column.X_PRICE_VERSION, entry.getPriceVersion())
                .set(Column.X_UNPRICED, entry.getUnpriced())
                .set(Column.X_ESTIMATED, entry.getStatus().equals("estimated"));
    }

    /** What tells one price of a meter from another of the same, apart from dates and amounts. */
    private static Map<String, Object> details(Meter meter, LedgerEntry entry, @Nullable Price price) {
        Map<String, Object> details = new LinkedHashMap<>();
        String serviceTier = entry.getServiceTier();
        details.put("x_ServiceTier", serviceTier == null || Pricing.isUsual(serviceTier) ? "standard" : serviceTier);
        PriceTier tier = price == null || !meter.isOfTokens() ? null : Pricing.tier(price, Math.abs(input(entry)));
        if (tier != null) {
            details.put("x_AboveInputTokens", tier.getAboveInputTokens());
        }
        return details;
    }

    private static String skuPrice(String sku, Map<String, Object> details) {
        Object above = details.get("x_AboveInputTokens");
        return sku + '/' + details.get("x_ServiceTier") + (above == null ? "" : "/above-" + above);
    }

    private static String description(Part part, String offer, LedgerEntry entry, boolean isPriced) {
        String what = part.meter.isOfTokens()
                ? String.format(Locale.ROOT, "%,d %s of %s", part.quantity, part.meter.label(), offer)
                : part.meter == Meter.REQUEST
                        ? "Charge per request of " + offer
                        : "Usage of " + offer + " at no list price";
        String why = entry.getStatus().equals("estimated")
                ? ", estimated from its bound, since no final report came"
                : isPriced || part.meter == Meter.UNMETERED ? "" : ", whose price is not known yet";
        return entry.getCorrects() == null
                ? what + why
                : "Correction: " + what + why + (entry.getReason() == null ? "" : " (" + entry.getReason() + ")");
    }

    private static BigDecimal usd(long nanoUsd) {
        return BigDecimal.valueOf(nanoUsd, 9);
    }

    private static String json(Map<String, ?> values) {
        try {
            return JSON.writeValueAsString(values);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
