package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.serde.Received;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Law 6: the same records in the same order give the same decisions and the same ledger, for there is no clock and no
 * randomness inside.
 *
 * <p>What the router and the meter write must therefore follow from what they read: times are those of the record that was
 * processed, ids are made of the ids in it, holds are the dearest bound of the chain, costs are tokens times the price that is named.
 */
final class NoClock extends Law {

    // of a correction after a change of a price: the number of what it corrects, the price, and whether it takes back
    // or books
    private static final String NUMBER = "\\d+(/[^/]+/[12])*";

    private final Map<String, Price> prices = new HashMap<>();
    private final Map<Slot, TreeMap<Long, Long>> sources = new HashMap<>();
    private final Map<Slot, TreeMap<Long, Entry<Decision>>> early = new HashMap<>();
    private long times;
    private long ids;
    private long costs;

    /** @param catalog the offers by id, with every price they ever had */
    NoClock(Cut cut, Map<String, ModelOffer> catalog) {
        super(6, "no clock and no randomness inside", cut);
        catalog.values().forEach(offer -> offer.getPrices().forEach(price -> prices.put(price.getVersion(), price)));
    }

    @Override
    void request(Entry<Received<LlmRequest>> entry) {
        Slot slot = Slot.of(entry);
        Entry<Decision> decision = orders(early, slot).remove(entry.offset());
        if (decision == null) {
            orders(sources, slot).put(entry.offset(), entry.timestamp());
        } else {
            compareSource(decision, entry.timestamp());
        }
    }

    @Override
    void decision(Entry<Decision> entry) {
        Decision decision = entry.value();
        checkTime(entry, "requested_at", decision.getRequestedAt());
        if (decision.getDecision() > 0) {
            // of a redecision, which has the time of the first decision and not of its own source
            return;
        }
        Slot slot = new Slot(cut().topic(decision.getSourceTopic()), decision.getSourcePartition());
        TreeMap<Long, Long> known = orders(sources, slot);
        Long time = known.remove(decision.getSourceOffset());
        // a partition is decided in its order: what was passed over is a repeat or a dead letter
        known.headMap(decision.getSourceOffset()).clear();
        if (time == null && cut().isJudged(entry.timestamp())) {
            orders(early, slot).put(decision.getSourceOffset(), entry);
        } else if (time != null) {
            compareSource(entry, time);
        }
    }

    @Override
    void dispatch(Entry<Dispatch> entry) {
        Dispatch dispatch = entry.value();
        checkTime(entry, "admitted_at", dispatch.getAdmittedAt());
        for (ChainModel model : dispatch.getChain()) {
            prices.putIfAbsent(model.getPrice().getVersion(), model.getPrice());
        }
        Amounts follows = hold(dispatch.getChain());
        if (!follows.equals(Amounts.of(dispatch.getHold()))) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": " + DecisionId.of(dispatch) + " holds " + Amounts.of(dispatch.getHold())
                            + ", the bounds of its chain give " + follows);
        }
    }

    /** The dearest bound; where the first answer is judged, its bound and the dearest of the others, since both may answer. */
    private static Amounts hold(List<ChainModel> chain) {
        boolean isCascade = chain.size() > 1 && !chain.get(0).getEscalateOn().isEmpty();
        Amounts dearest = Amounts.ZERO;
        for (ChainModel model : isCascade ? chain.subList(1, chain.size()) : chain) {
            dearest = dearest.max(Amounts.of(model.getBound()));
        }
        if (!isCascade) {
            return dearest;
        }
        Amounts first = Amounts.of(chain.get(0).getBound());
        return new Amounts(
                first.nanoUsd() + dearest.nanoUsd(),
                first.tokens() + dearest.tokens(),
                Math.max(first.requests(), dearest.requests()));
    }

    @Override
    void rejection(Entry<Rejection> entry) {
        checkTime(entry, "requested_at", entry.value().getRequestedAt());
    }

    @Override
    void alert(Entry<BudgetAlert> entry) {
        checkTime(entry, "raised_at", entry.value().getRaisedAt());
    }

    @Override
    void ledger(Entry<LedgerEntry> entry) {
        LedgerEntry value = entry.value();
        ids++;
        String prefix =
                encode(value.getTeam()) + '/' + encode(value.getSource()) + '/' + encode(value.getUsageId()) + '/';
        String number =
                value.getEntryId().startsWith(prefix) ? value.getEntryId().substring(prefix.length()) : "";
        boolean first = !value.getKind().equals("correction");
        if (!number.matches(NUMBER) || first != number.equals("0")) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": entry id " + value.getEntryId()
                            + " is not made of team, source, usage id and number");
        }
        Price price = value.getPriceVersion() == null ? null : prices.get(value.getPriceVersion());
        if (price != null) {
            checkCost(entry, price);
        }
    }

    private void checkCost(Entry<LedgerEntry> entry, Price price) {
        LedgerEntry value = entry.value();
        // a reversal is the negative of what was booked
        int sign = value.getAmount().getNanoUsd() < 0 || value.getAmount().getTokens() < 0 ? -1 : 1;
        Tokens tokens = new Tokens(
                sign * value.getInputTokens(),
                sign * value.getCacheReadTokens(),
                sign * value.getCacheWrite5mTokens(),
                sign * value.getCacheWrite1hTokens(),
                sign * value.getOutputTokens(),
                sign * value.getReasoningTokens());
        costs++;
        if (price.getEffectiveFrom() > value.getAdmittedAt()) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": entry " + value.getEntryId() + " was admitted before its price "
                            + price.getVersion() + " was in force");
        }
        long cost = sign * Pricing.cost(price, tokens, value.getServiceTier());
        if (cost != value.getAmount().getNanoUsd()
                || sign * tokens.total() != value.getAmount().getTokens()) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": entry " + value.getEntryId() + " costs "
                            + value.getAmount().getNanoUsd() + " nano_usd for "
                            + value.getAmount().getTokens() + " tokens, by price "
                            + price.getVersion() + " it is " + cost + " for " + sign * tokens.total());
        }
    }

    private void compareSource(Entry<Decision> decision, long sourceTime) {
        times++;
        if (decision.value().getRequestedAt() != sourceTime) {
            broken(
                    decision.timestamp(),
                    decision.place() + ": " + DecisionId.of(decision.value()) + " has requested_at "
                            + decision.value().getRequestedAt() + ", the time of its request is " + sourceTime);
        }
    }

    private void checkTime(Entry<?> entry, String field, long claimed) {
        times++;
        if (claimed != entry.timestamp()) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": the record has the time " + entry.timestamp() + ", its " + field + " is "
                            + claimed);
        }
    }

    @Override
    String counted() {
        return count(times, "time", "times") + ", " + count(ids, "id", "ids") + " and " + count(costs, "cost", "costs")
                + " follow from the records";
    }

    private static <V> TreeMap<Long, V> orders(Map<Slot, TreeMap<Long, V>> map, Slot slot) {
        return map.computeIfAbsent(slot, absent -> new TreeMap<>());
    }

    private static String encode(@Nullable String part) {
        return URLEncoder.encode(String.valueOf(part), StandardCharsets.UTF_8);
    }
}
