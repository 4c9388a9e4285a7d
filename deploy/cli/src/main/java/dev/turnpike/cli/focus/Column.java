package dev.turnpike.cli.focus;

import java.util.Set;

/**
 * The columns of a bill, in their order: those of the Cost and Usage dataset of FOCUS {@value #VERSION} that say something about tokens, then our own.
 * Left out are its conditional columns for what there is none of here: commitments, contracts, capacity reservations, invoices,
 * regions, splits and second currencies.
 *
 * @see <a href="https://focus.finops.org/focus-specification/v1-4/">the specification</a>
 */
enum Column {
    BILLED_COST("BilledCost", Type.DECIMAL, false),
    BILLING_ACCOUNT_ID("BillingAccountId", Type.TEXT, false),
    BILLING_ACCOUNT_NAME("BillingAccountName", Type.TEXT, true),
    BILLING_ACCOUNT_TYPE("BillingAccountType", Type.TEXT, false),
    BILLING_CURRENCY("BillingCurrency", Type.TEXT, false),
    BILLING_PERIOD_END("BillingPeriodEnd", Type.INSTANT, false),
    BILLING_PERIOD_START("BillingPeriodStart", Type.INSTANT, false),
    CHARGE_CATEGORY("ChargeCategory", Type.TEXT, false, "Usage", "Purchase", "Tax", "Credit", "Adjustment"),
    CHARGE_CLASS("ChargeClass", Type.TEXT, true, "Correction"),
    CHARGE_DESCRIPTION("ChargeDescription", Type.TEXT, true),
    CHARGE_FREQUENCY("ChargeFrequency", Type.TEXT, false, "One-Time", "Recurring", "Usage-Based"),
    CHARGE_PERIOD_END("ChargePeriodEnd", Type.INSTANT, false),
    CHARGE_PERIOD_START("ChargePeriodStart", Type.INSTANT, false),
    CONSUMED_QUANTITY("ConsumedQuantity", Type.DECIMAL, true),
    CONSUMED_UNIT("ConsumedUnit", Type.TEXT, true),
    CONTRACTED_COST("ContractedCost", Type.DECIMAL, false),
    CONTRACTED_UNIT_PRICE("ContractedUnitPrice", Type.DECIMAL, true),
    EFFECTIVE_COST("EffectiveCost", Type.DECIMAL, false),
    HOST_PROVIDER_NAME("HostProviderName", Type.TEXT, true),
    INVOICE_ISSUER_NAME("InvoiceIssuerName", Type.TEXT, false),
    LIST_COST("ListCost", Type.DECIMAL, false),
    LIST_UNIT_PRICE("ListUnitPrice", Type.DECIMAL, true),
    PRICING_CATEGORY("PricingCategory", Type.TEXT, true, "Standard", "Dynamic", "Committed", "Other"),
    PRICING_QUANTITY("PricingQuantity", Type.DECIMAL, true),
    PRICING_UNIT("PricingUnit", Type.TEXT, true),
    RESOURCE_ID("ResourceId", Type.TEXT, true),
    RESOURCE_NAME("ResourceName", Type.TEXT, true),
    RESOURCE_TYPE("ResourceType", Type.TEXT, true),
    SERVICE_CATEGORY("ServiceCategory", Type.TEXT, false, "AI and Machine Learning"),
    SERVICE_NAME("ServiceName", Type.TEXT, false),
    SERVICE_PROVIDER_NAME("ServiceProviderName", Type.TEXT, false),
    SERVICE_SUBCATEGORY("ServiceSubcategory", Type.TEXT, false, "Generative AI"),
    SKU_ID("SkuId", Type.TEXT, true),
    SKU_METER("SkuMeter", Type.TEXT, true),
    SKU_PRICE_DETAILS("SkuPriceDetails", Type.JSON, true),
    SKU_PRICE_ID("SkuPriceId", Type.TEXT, true),
    SUB_ACCOUNT_ID("SubAccountId", Type.TEXT, true),
    SUB_ACCOUNT_NAME("SubAccountName", Type.TEXT, true),
    SUB_ACCOUNT_TYPE("SubAccountType", Type.TEXT, true),
    TAGS("Tags", Type.JSON, true),
    X_USER("x_User", Type.TEXT, true),
    X_TASK_ID("x_TaskId", Type.TEXT, true),
    X_TASK_TYPE("x_TaskType", Type.TEXT, true),
    X_REQUEST_ID("x_RequestId", Type.TEXT, true),
    X_LEDGER_ENTRY_ID("x_LedgerEntryId", Type.TEXT, false),
    X_CORRECTS_ENTRY_ID("x_CorrectsEntryId", Type.TEXT, true),
    X_BOOKED_AT("x_BookedAt", Type.INSTANT, false),
    X_PRICE_VERSION("x_PriceVersion", Type.TEXT, true),
    X_UNPRICED("x_Unpriced", Type.FLAG, false),
    X_ESTIMATED("x_Estimated", Type.FLAG, false);

    /** The version of FOCUS that is written. */
    static final String VERSION = "1.4";

    private final String label;
    private final Type type;
    private final boolean nullable;
    private final Set<String> allowed;

    /** What a column holds; a decimal is exact, an instant of whole seconds or, in our own columns, milliseconds. */
    enum Type {
        TEXT,
        DECIMAL,
        INSTANT,
        JSON,
        FLAG
    }

    Column(String label, Type type, boolean nullable, String... allowed) {
        this.label = label;
        this.type = type;
        this.nullable = nullable;
        this.allowed = Set.of(allowed);
    }

    /** Its id in a file. */
    String label() {
        return label;
    }

    Type type() {
        return type;
    }

    boolean isNullable() {
        return nullable;
    }

    /** The values it may have; empty where any is allowed. */
    Set<String> allowed() {
        return allowed;
    }

    /** Whether it is ours and not FOCUS's. */
    boolean isOwn() {
        return label.startsWith("x_");
    }
}
