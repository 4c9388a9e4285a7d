package dev.turnpike.cli.focus;

import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.PriceTier;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Entries as the meter writes them, priced by one offer. */
public final class Ledger {

    static {
        TrustedEvents.register();
    }

    public static final long AT = Instant.parse("2026-07-31T23:59:59.999Z").toEpochMilli();

    static final Price PRICE = Price.newBuilder()
            .setVersion("acme/large@2026-01-01")
            .setEffectiveFrom(0)
            .setInput(1_250_000_001L)
            .setOutput(10_000_000_000L)
            .setCacheRead(125_000_003L)
            .setCacheWrite5m(1_562_500_000L)
            .setCacheWrite1h(2_500_000_000L)
            .setReasoning(9_999_999_999L)
            .setPerRequest(333)
            .setServiceTierPpm(Map.of("batch", 500_000L))
            .setTiers(List.of(PriceTier.newBuilder()
                    .setAboveInputTokens(200_000)
                    .setInput(2_500_000_000L)
                    .build()))
            .build();

    /** What is charged by. */
    public static final ModelOffer OFFER = ModelOffer.newBuilder()
            .setProvider("acme")
            .setModel("large")
            .setPrices(List.of(PRICE))
            .build();

    private Ledger() {}

    /** A usage at the offer's price. */
    public static LedgerEntry usage(String id, Tokens tokens, String serviceTier) {
        return counted(id, tokens)
                .setPriceVersion(PRICE.getVersion())
                .setServiceTier(serviceTier)
                .setAmount(new AmountVector(Pricing.cost(PRICE, tokens, serviceTier), tokens.total(), 1L))
                .build();
    }

    /** A usage whose price nobody knows. */
    public static LedgerEntry unpriced(String id, Tokens tokens) {
        return counted(id, tokens)
                .setUnpriced(true)
                .setAmount(new AmountVector(0L, tokens.total(), 1L))
                .build();
    }

    /** Takes an entry back. */
    public static LedgerEntry reversal(LedgerEntry entry, String id) {
        AmountVector amount = entry.getAmount();
        return LedgerEntry.newBuilder(entry)
                .setEntryId(id)
                .setKind("correction")
                .setCorrects(entry.getEntryId())
                .setReason(Pricing.CHANGED)
                .setInputTokens(-entry.getInputTokens())
                .setCacheReadTokens(-entry.getCacheReadTokens())
                .setCacheWrite5mTokens(-entry.getCacheWrite5mTokens())
                .setCacheWrite1hTokens(-entry.getCacheWrite1hTokens())
                .setOutputTokens(-entry.getOutputTokens())
                .setReasoningTokens(-entry.getReasoningTokens())
                .setAmount(new AmountVector(-amount.getNanoUsd(), -amount.getTokens(), -amount.getRequests()))
                .build();
    }

    /** What a hold is taken to have cost. */
    public static LedgerEntry estimate(String id, long nanoUsd) {
        return counted(id, new Tokens(0, 0, 0, 0, 0, 0))
                .setKind("estimate")
                .setStatus("estimated")
                .setAmount(new AmountVector(nanoUsd, 500L, 1L))
                .build();
    }

    private static LedgerEntry.Builder counted(String id, Tokens tokens) {
        return LedgerEntry.newBuilder()
                .setEntryId(id)
                .setKind("usage")
                .setTeam("search")
                .setSource("gateway")
                .setUsageId("u-" + id)
                .setRequestId("r-" + id)
                .setStatus("ok")
                .setUser("ann")
                .setTags(Map.of("project", "a \"quoted\", name", "cost_center", "42"))
                .setProvider("acme")
                .setModel("large")
                .setAdmittedAt(AT)
                .setOccurredAt(AT)
                .setInputTokens(tokens.input())
                .setCacheReadTokens(tokens.cacheRead())
                .setCacheWrite5mTokens(tokens.cacheWrite5m())
                .setCacheWrite1hTokens(tokens.cacheWrite1h())
                .setOutputTokens(tokens.output())
                .setReasoningTokens(tokens.reasoning());
    }
}
