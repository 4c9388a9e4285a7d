package dev.turnpike.cli.focus;

import dev.turnpike.schemas.Pricing.Rates;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.Price;
import java.util.function.ToLongFunction;

/** What is counted and charged for: the token classes, and the request itself. */
enum Meter {
    INPUT("input", "Input Tokens", LedgerEntry::getInputTokens, Rates::input),
    CACHE_READ("cache-read", "Cache Read Tokens", LedgerEntry::getCacheReadTokens, Rates::cacheRead),
    CACHE_WRITE_5M(
            "cache-write-5m", "Cache Write Tokens, 5 Minutes", LedgerEntry::getCacheWrite5mTokens, Rates::cacheWrite5m),
    CACHE_WRITE_1H(
            "cache-write-1h", "Cache Write Tokens, 1 Hour", LedgerEntry::getCacheWrite1hTokens, Rates::cacheWrite1h),
    OUTPUT("output", "Output Tokens", LedgerEntry::getOutputTokens, Rates::output),
    REASONING("reasoning", "Reasoning Tokens", LedgerEntry::getReasoningTokens, Rates::reasoning),
    /** A charge for the request, whatever its tokens. */
    REQUEST("request", "Requests", entry -> 0, rates -> 0),
    /** A cost that no price explains: what a hold is taken to have cost, mostly. */
    UNMETERED("unmetered", "Unmetered Usage", entry -> 0, rates -> 0);

    private final String id;
    private final String label;
    private final ToLongFunction<LedgerEntry> tokens;
    private final ToLongFunction<Rates> rate;

    Meter(String id, String label, ToLongFunction<LedgerEntry> tokens, ToLongFunction<Rates> rate) {
        this.id = id;
        this.label = label;
        this.tokens = tokens;
        this.rate = rate;
    }

    String id() {
        return id;
    }

    String label() {
        return label;
    }

    boolean isOfTokens() {
        return this != REQUEST && this != UNMETERED;
    }

    /** What an entry counts of it; negative where the entry takes something back. */
    long tokens(LedgerEntry entry) {
        return tokens.applyAsLong(entry);
    }

    /** Nano-dollars per million tokens, or per request. */
    long rate(Price price, Rates rates) {
        return this == REQUEST ? price.getPerRequest() : rate.applyAsLong(rates);
    }
}
