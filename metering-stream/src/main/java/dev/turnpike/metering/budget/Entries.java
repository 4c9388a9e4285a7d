package dev.turnpike.metering.budget;

import dev.turnpike.metering.pricing.PriceChanges;
import dev.turnpike.metering.pricing.Quote;
import dev.turnpike.metering.pricing.Quote.Contradictory;
import dev.turnpike.metering.pricing.Quote.Priced;
import dev.turnpike.metering.pricing.Quote.Unpriced;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Copies;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.UsageReport;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes ledger entries. The first one of a report has number 0 in its id, its corrections count on. */
final class Entries {

    /** Who reports an estimate. */
    static final String METER = "turnpike-meter";

    static final String USAGE = "usage";
    static final String ESTIMATED = "estimated";
    static final String ESTIMATE = "estimate";
    static final String CORRECTION = "correction";

    private Entries() {}

    /** Usage without a known dispatch: in the windows and with the labels it has by itself. */
    static LedgerEntry undispatched(UsageReport report, Quote quote, long at, Terms terms) {
        return counted(costed(reported(report, at), quote), List.of(), terms);
    }

    /** Usage under a dispatch: in its windows, with its labels, at the instant of admission. */
    static LedgerEntry dispatched(UsageReport report, Quote quote, Hold hold, Terms terms) {
        return moved(reported(report, hold.admittedAt()), quote, hold, terms);
    }

    /** The same usage under another dispatch. */
    static LedgerEntry moved(LedgerEntry entry, Quote quote, Hold hold, Terms terms) {
        LlmRequest labels = hold.dispatch().getRequest();
        Map<String, String> tags = new HashMap<>(entry.getTags());
        tags.putAll(labels.getTags());
        Price baseline = hold.dispatch().getBaselinePrice();
        LedgerEntry moved = costed(Copies.of(entry), quote);
        moved.setDecision(hold.decision());
        moved.setAdmittedAt(hold.admittedAt());
        moved.setUser(labels.getUser() == null ? entry.getUser() : labels.getUser());
        moved.setTaskId(labels.getTaskId() == null ? entry.getTaskId() : labels.getTaskId());
        moved.setTaskType(labels.getTaskType() == null ? entry.getTaskType() : labels.getTaskType());
        moved.setTags(tags);
        moved.setBaselineNanoUsd(
                baseline == null ? null : Pricing.cost(baseline, tokens(entry), entry.getServiceTier()));
        return counted(moved, hold.windowsOf(entry.getProvider(), entry.getModel()), terms);
    }

    /** The same usage at another price. */
    static LedgerEntry priced(LedgerEntry entry, Priced price) {
        AmountVector amount = entry.getAmount();
        LedgerEntry priced = Copies.of(entry);
        priced.setAmount(new AmountVector(price.nanoUsd(), amount.getTokens(), amount.getRequests()));
        priced.setUnpriced(false);
        priced.setPriceVersion(price.priceVersion());
        return priced;
    }

    /** The entry with its share of what belongs to the whole request. */
    static LedgerEntry sharing(LedgerEntry entry, boolean first, long overrunNanoUsd) {
        AmountVector amount = entry.getAmount();
        if (amount.getRequests() == (first ? 1 : 0) && entry.getOverrunNanoUsd() == overrunNanoUsd) {
            return entry;
        }
        LedgerEntry sharing = Copies.of(entry);
        sharing.setAmount(new AmountVector(amount.getNanoUsd(), amount.getTokens(), first ? 1L : 0L));
        sharing.setOverrunNanoUsd(overrunNanoUsd);
        return sharing;
    }

    /** Takes back what stands of a usage report. */
    static LedgerEntry reversal(Booking standing, String reason, Terms terms) {
        LedgerEntry entry = standing.entry();
        LedgerEntry reversal = reversal(entry, id(entry, standing.corrections() + 1), reason);
        return counted(reversal, entry.getWindows(), terms);
    }

    private static LedgerEntry reversal(LedgerEntry entry, String id, String reason) {
        LedgerEntry reversal = correction(entry, entry.getEntryId(), id, reason);
        reversal.setInputTokens(-entry.getInputTokens());
        reversal.setCacheReadTokens(-entry.getCacheReadTokens());
        reversal.setCacheWrite5mTokens(-entry.getCacheWrite5mTokens());
        reversal.setCacheWrite1hTokens(-entry.getCacheWrite1hTokens());
        reversal.setOutputTokens(-entry.getOutputTokens());
        reversal.setReasoningTokens(-entry.getReasoningTokens());
        reversal.setAmount(Amounts.of(entry.getAmount()).negate().toAvro());
        reversal.setOverrunNanoUsd(-entry.getOverrunNanoUsd());
        reversal.setBaselineNanoUsd(entry.getBaselineNanoUsd() == null ? null : -entry.getBaselineNanoUsd());
        return reversal;
    }

    /** Books a usage report anew, after its reversal. */
    static LedgerEntry replacement(Booking standing, LedgerEntry wanted, String reason, Terms terms) {
        LedgerEntry replacement =
                correction(wanted, standing.entry().getEntryId(), id(wanted, standing.corrections() + 2), reason);
        return counted(replacement, wanted.getWindows(), terms);
    }

    /**
     * What an entry becomes whose request is forgotten, after a change of its price: it is taken back and booked anew. The ids are
     * made of its own and of the price, since how often its usage has been corrected is no longer known.
     *
     * @param windows in which it still counts
     */
    static List<LedgerEntry> repriced(LedgerEntry entry, Priced price, List<HoldWindow> windows) {
        String id = entry.getEntryId() + '/' + Identity.of(price.priceVersion()) + '/';
        LedgerEntry reversal = reversal(entry, id + 1, Pricing.CHANGED);
        // an entry that takes something back goes on to take it back
        int sign = signOf(entry);
        long paid = sign * (costOf(entry) - entry.getOverrunNanoUsd());
        long overrun = entry.getOverrunNanoUsd() == 0 ? 0 : Math.max(0, price.nanoUsd() - paid);
        AmountVector amount = entry.getAmount();
        LedgerEntry replacement = correction(entry, entry.getEntryId(), id + 2, Pricing.CHANGED);
        replacement.setAmount(new AmountVector(sign * price.nanoUsd(), amount.getTokens(), amount.getRequests()));
        replacement.setOverrunNanoUsd(sign * overrun);
        replacement.setUnpriced(false);
        replacement.setPriceVersion(price.priceVersion());
        reversal.setWindows(windows);
        replacement.setWindows(windows);
        return List.of(reversal, replacement);
    }

    /** -1 for an entry that takes something back, 1 for any other. */
    static int signOf(LedgerEntry entry) {
        AmountVector amount = entry.getAmount();
        return amount.getTokens() < 0 || amount.getNanoUsd() < 0 ? -1 : 1;
    }

    /** What a hold is taken to have cost, or a later change of that. */
    static LedgerEntry estimate(Hold hold, Amounts amounts, Terms terms) {
        LlmRequest labels = hold.dispatch().getRequest();
        List<ChainModel> chain = hold.dispatch().getChain();
        String usageId = hold.dispatch().getRequestId() + "#estimate#" + hold.decision();
        boolean isFirst = hold.entries() == 0;
        String firstId = Identity.of(hold.dispatch().getTeam(), METER, usageId, 0);
        LedgerEntry.Builder entry = LedgerEntry.newBuilder()
                .setEntryId(isFirst ? firstId : Identity.of(hold.dispatch().getTeam(), METER, usageId, hold.entries()))
                .setKind(isFirst ? ESTIMATE : CORRECTION)
                .setTeam(hold.dispatch().getTeam())
                .setSource(METER)
                .setUsageId(usageId)
                .setRequestId(hold.dispatch().getRequestId())
                .setDecision(hold.decision())
                .setStatus(ESTIMATED)
                .setUser(labels.getUser())
                .setTaskId(labels.getTaskId())
                .setTaskType(labels.getTaskType())
                .setTags(labels.getTags())
                .setProvider(chain.isEmpty() ? null : chain.get(0).getProvider())
                .setModel(chain.isEmpty() ? "unknown" : chain.get(0).getModel())
                .setAdmittedAt(hold.admittedAt())
                .setOccurredAt(hold.until())
                .setInputTokens(0)
                .setCacheReadTokens(0)
                .setCacheWrite5mTokens(0)
                .setCacheWrite1hTokens(0)
                .setOutputTokens(0)
                .setReasoningTokens(0)
                .setAmount(amounts.toAvro());
        if (!isFirst) {
            entry.setCorrects(firstId).setReason("reports came after the estimate");
        }
        // any model of the chain may be running: none of their budgets may take it for unspent
        return counted(entry.build(), isFirst ? hold.windows() : hold.estimatedIn(), terms);
    }

    /** Whether two entries of one usage report count for the same, wherever they are counted. */
    static boolean haveSameEffect(LedgerEntry one, LedgerEntry other, ZoneId zone) {
        return one.getAmount().equals(other.getAmount())
                && one.getOverrunNanoUsd() == other.getOverrunNanoUsd()
                && one.getUnpriced() == other.getUnpriced()
                && Objects.equals(one.getPriceVersion(), other.getPriceVersion())
                && Objects.equals(one.getBaselineNanoUsd(), other.getBaselineNanoUsd())
                && Objects.equals(one.getUser(), other.getUser())
                && Objects.equals(one.getTaskId(), other.getTaskId())
                && Objects.equals(one.getTaskType(), other.getTaskType())
                && one.getTags().equals(other.getTags())
                && Set.copyOf(one.getWindows()).equals(Set.copyOf(other.getWindows()))
                && SpendCells.windowsOf(one, zone).equals(SpendCells.windowsOf(other, zone));
    }

    static long costOf(LedgerEntry entry) {
        return entry.getAmount().getNanoUsd();
    }

    /** The token classes of an entry. */
    static Tokens tokens(LedgerEntry entry) {
        return tokens(entry, 1);
    }

    private static Tokens tokens(LedgerEntry entry, int sign) {
        return new Tokens(
                sign * entry.getInputTokens(),
                sign * entry.getCacheReadTokens(),
                sign * entry.getCacheWrite5mTokens(),
                sign * entry.getCacheWrite1hTokens(),
                sign * entry.getOutputTokens(),
                sign * entry.getReasoningTokens());
    }

    /** What an entry is to cost after changes of prices; null where it stays. */
    static @Nullable Priced right(LedgerEntry entry, PriceChanges changes) {
        int sign = signOf(entry);
        return entry.getStatus().equals(ESTIMATED)
                ? null
                : changes.corrected(
                        entry.getProvider(),
                        entry.getModel(),
                        entry.getPriceVersion(),
                        sign * costOf(entry),
                        tokens(entry, sign),
                        entry.getServiceTier(),
                        entry.getAdmittedAt());
    }

    /** The entry in windows that it is written for, and in those that count it besides. */
    private static LedgerEntry counted(LedgerEntry entry, List<HoldWindow> named, Terms terms) {
        entry.setWindows(terms.windowsOf(entry, named));
        return entry;
    }

    private static LedgerEntry reported(UsageReport report, long admittedAt) {
        Tokens tokens = Tokens.of(report);
        return LedgerEntry.newBuilder()
                .setEntryId(Identity.of(report.getTeam(), report.getSource(), report.getUsageId(), 0))
                .setKind(USAGE)
                .setTeam(report.getTeam())
                .setSource(report.getSource())
                .setUsageId(report.getUsageId())
                .setRequestId(report.getRequestId())
                .setAttempt(report.getAttempt())
                .setStatus(report.getStatus())
                .setVerdict(report.getVerdict())
                .setUser(report.getUser())
                .setTaskId(report.getTaskId())
                .setTaskType(report.getTaskType())
                .setTags(report.getTags())
                .setProvider(report.getProvider())
                .setModel(report.getModel())
                .setAdmittedAt(admittedAt)
                .setOccurredAt(report.getOccurredAt())
                .setInputTokens(tokens.input())
                .setCacheReadTokens(tokens.cacheRead())
                .setCacheWrite5mTokens(tokens.cacheWrite5m())
                .setCacheWrite1hTokens(tokens.cacheWrite1h())
                .setOutputTokens(tokens.output())
                .setReasoningTokens(tokens.reasoning())
                .setAmount(Amounts.ZERO.toAvro())
                .setServiceTier(report.getServiceTier())
                .setReportedCostUsd(report.getReportedCostUsd())
                .setLatencyMs(report.getLatencyMs())
                .setTimeToFirstTokenMs(report.getTimeToFirstTokenMs())
                .build();
    }

    private static LedgerEntry costed(LedgerEntry entry, Quote quote) {
        if (quote instanceof Priced priced) {
            return costed(entry, priced.tokens(), priced.nanoUsd(), priced.priceVersion());
        }
        if (quote instanceof Unpriced unpriced) {
            return costed(entry, unpriced.tokens(), 0, null);
        }
        throw new IllegalArgumentException("cannot be booked: " + ((Contradictory) quote).detail());
    }

    private static LedgerEntry costed(LedgerEntry entry, Tokens tokens, long nanoUsd, @Nullable String priceVersion) {
        entry.setAmount(new AmountVector(nanoUsd, tokens.total(), 0L));
        entry.setUnpriced(priceVersion == null);
        entry.setPriceVersion(priceVersion);
        return entry;
    }

    private static LedgerEntry correction(LedgerEntry entry, String corrects, String id, String reason) {
        LedgerEntry correction = Copies.of(entry);
        correction.setEntryId(id);
        correction.setKind(CORRECTION);
        correction.setCorrects(corrects);
        correction.setReason(reason);
        return correction;
    }

    private static String id(LedgerEntry entry, int number) {
        return Identity.of(entry.getTeam(), entry.getSource(), entry.getUsageId(), number);
    }
}
