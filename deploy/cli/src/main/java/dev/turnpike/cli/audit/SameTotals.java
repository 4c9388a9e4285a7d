package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.Received;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Law 5: the interleaving of topics never changes a final total.
 *
 * <p>Whatever order the meter read in, what the ledger says of a request in the end, corrections included, must be what
 * follows from its dispatches and reports taken together: the cost of each report by the price of its dispatch, in the
 * windows of its dispatch, and one request in all.
 */
final class SameTotals extends Law {

    // the entries of one record follow each other; a dispatch that is this late after its usage is not waited for
    private static final long SETTLING_MILLIS = 60_000;
    private static final long UNDISPATCHED_MILLIS = 3_600_000;

    private final Map<String, ModelOffer> catalog;
    private final Map<RequestId, Request> open = new LinkedHashMap<>();
    private long requests;
    private long reports;
    private long unsettled;
    private long late;
    private long earlierPrices;
    private long corrections;

    private record RequestId(String team, String requestId) {}

    private record Report(UsageReport usage, Tokens tokens, Entry<?> entry) {}

    /** How a report stands in the ledger, corrections included. */
    private static final class Booked {
        Amounts net = Amounts.ZERO;

        @Nullable
        String priceVersion;

        boolean dispatched;
    }

    private static final class Request {
        final long since;
        final String place;
        long touched;
        boolean inFlight;
        final TreeMap<Integer, Dispatch> dispatches = new TreeMap<>();
        final Map<String, Report> reports = new LinkedHashMap<>();
        final Map<String, Booked> booked = new HashMap<>();
        final Map<PositionKey, Long> perWindow = new HashMap<>();
        long counted;

        Request(Entry<?> first) {
            this.since = first.timestamp();
            this.place = first.place();
        }

        long ends() {
            return dispatches.isEmpty()
                    ? since + UNDISPATCHED_MILLIS
                    : Math.max(touched, dispatches.lastEntry().getValue().getHoldUntil()) + SETTLING_MILLIS;
        }
    }

    /** @param catalog the offers by id, with every price they ever had */
    SameTotals(Cut cut, Map<String, ModelOffer> catalog) {
        super(5, "totals do not depend on the order", cut);
        this.catalog = catalog;
    }

    @Override
    void dispatch(Entry<Dispatch> entry) {
        Request request = request(entry, entry.value().getTeam(), entry.value().getRequestId());
        request.dispatches.putIfAbsent(entry.value().getDecision(), entry.value());
        request.inFlight |= !cut().isProcessed(entry);
    }

    @Override
    void usage(Entry<Received<UsageReport>> entry) {
        UsageReport usage = entry.value().value();
        if (usage == null
                || !Account.isUsage(usage)
                || !cut().isOwner(usage.getTeam(), entry.partition())
                || cut().isDead(entry)) {
            return;
        }
        Tokens tokens = Tokens.of(usage);
        Request request = request(entry, usage.getTeam(), requestId(usage.getRequestId(), usage.getUsageId()));
        request.reports.putIfAbsent(usageId(usage.getSource(), usage.getUsageId()), new Report(usage, tokens, entry));
        request.inFlight |= !cut().isProcessed(entry);
    }

    @Override
    void ledger(Entry<LedgerEntry> entry) {
        LedgerEntry booked = entry.value();
        String requestId = requestId(booked.getRequestId(), booked.getUsageId());
        if (booked.getKind().equals("correction") && !open.containsKey(new RequestId(booked.getTeam(), requestId))) {
            // of a request that was judged already: what a correction says by itself is for law 6 to check
            corrections++;
            return;
        }
        Request request = request(entry, booked.getTeam(), requestId);
        request.counted += booked.getAmount().getRequests();
        if (!booked.getStatus().equals("estimated")) {
            Booked standing = request.booked.computeIfAbsent(
                    usageId(booked.getSource(), booked.getUsageId()), absent -> new Booked());
            standing.net = standing.net.plus(Amounts.of(booked.getAmount()));
            standing.priceVersion = booked.getPriceVersion();
            standing.dispatched = booked.getDecision() != null;
            for (PositionKey key : Windows.keys(booked.getTeam(), booked.getWindows())) {
                request.perWindow.merge(key, booked.getAmount().getNanoUsd(), Math::addExact);
            }
        }
        judgeBefore(entry.timestamp());
    }

    private void judgeBefore(long time) {
        Iterator<Map.Entry<RequestId, Request>> eldest = open.entrySet().iterator();
        while (eldest.hasNext()) {
            Map.Entry<RequestId, Request> next = eldest.next();
            if (next.getValue().ends() >= time) {
                return;
            }
            judge(next.getKey(), next.getValue());
            eldest.remove();
        }
    }

    @Override
    void end() {
        open.forEach(this::judge);
        open.clear();
    }

    private void judge(RequestId id, Request request) {
        if (!cut().isJudged(request.since) || (request.booked.isEmpty() && request.reports.isEmpty())) {
            return;
        }
        if (request.inFlight) {
            unsettled++;
            return;
        }
        if (request.dispatches.isEmpty() && request.booked.values().stream().anyMatch(each -> each.dispatched)) {
            // reported long after its hold had ended, when its dispatch was forgotten here
            late++;
            return;
        }
        requests++;
        String name = "team " + id.team + ", request " + id.requestId;
        Map<PositionKey, Long> expected = new HashMap<>();
        boolean complete = true;
        for (Map.Entry<String, Report> report : request.reports.entrySet()) {
            Booked booked = request.booked.get(report.getKey());
            if (booked == null) {
                // whether it was dropped is for law 7 to say
                complete = false;
            } else {
                compare(name, request, report.getValue(), booked, expected);
            }
        }
        if (complete && !request.dispatches.isEmpty()) {
            compareWindows(name, request, expected);
        }
        if (request.counted != 1 && !request.booked.isEmpty()) {
            broken(request.since, request.place + ": " + name + " counts as " + request.counted + " requests");
        }
    }

    private void compare(String name, Request request, Report report, Booked booked, Map<PositionKey, Long> expected) {
        reports++;
        UsageReport usage = report.usage;
        Dispatch dispatch = dispatchOf(request, usage.getAttempt());
        ChainModel link = dispatch == null ? null : link(dispatch, usage);
        long admittedAt = dispatch == null ? report.entry.timestamp() : dispatch.getAdmittedAt();
        Price price = link != null ? link.getPrice() : catalogPrice(usage.getProvider(), usage.getModel(), admittedAt);
        if (link != null && !link.getPrice().getVersion().equals(booked.priceVersion)) {
            // the dispatch's price was changed later: then the catalog says what it is now
            Price changed = catalogPrice(link.getProvider(), link.getModel(), admittedAt);
            price = changed == null ? price : changed;
        }
        if (price != null && !Pricing.knows(price, usage.getServiceTier())) {
            price = null;
        }
        long cost = price == null ? 0 : Pricing.cost(price, report.tokens, usage.getServiceTier());
        Amounts follows = new Amounts(cost, report.tokens.total(), booked.net.requests());
        String version = price == null ? null : price.getVersion();
        if (link == null && !Objects.equals(version, booked.priceVersion)) {
            // the catalog has changed since
            earlierPrices++;
            cost = booked.net.nanoUsd();
        } else if (!booked.net.equals(follows)) {
            broken(
                    report.entry.timestamp(),
                    report.entry.place() + ": " + name + ": usage " + usage.getUsageId() + " is booked as " + booked.net
                            + ", its report and dispatch give " + follows);
        }
        if (dispatch != null) {
            for (PositionKey key : Windows.keys(usage.getTeam(), dispatch.getWindows())) {
                if (!key.scope().equals("model") || key.scopeValue().equals(offerId(usage, link))) {
                    expected.merge(key, cost, Math::addExact);
                }
            }
        }
    }

    private void compareWindows(String name, Request request, Map<PositionKey, Long> expected) {
        // an entry also names the windows of budgets that began after the dispatch; what is dispatched in is compared
        Set<PositionKey> dispatched = new HashSet<>();
        request.dispatches.values().forEach(each -> dispatched.addAll(Windows.keys(each.getTeam(), each.getWindows())));
        request.perWindow.keySet().retainAll(dispatched);
        request.perWindow.values().removeIf(amount -> amount == 0);
        expected.values().removeIf(amount -> amount == 0);
        if (!request.perWindow.equals(expected)) {
            broken(
                    request.since,
                    request.place + ": " + name + " is booked in " + request.perWindow + ", it belongs in " + expected);
        }
    }

    @Override
    String counted() {
        return count(reports, "report", "reports") + " of " + count(requests, "request", "requests") + " recomputed"
                + (unsettled == 0 ? "" : ", " + unsettled + " in flight")
                + (corrections == 0 ? "" : ", " + corrections + " corrected later")
                + (late == 0 ? "" : ", " + late + " too late to")
                + (earlierPrices == 0 ? "" : ", " + earlierPrices + " priced by an earlier catalog");
    }

    private Request request(Entry<?> entry, String team, String requestId) {
        Request request = open.computeIfAbsent(new RequestId(team, requestId), absent -> new Request(entry));
        request.touched = Math.max(request.touched, entry.timestamp());
        return request;
    }

    private @Nullable Price catalogPrice(@Nullable String provider, String model, long at) {
        ModelOffer offer = catalog.get(BudgetScopes.offerId(provider, model));
        return offer == null ? null : Pricing.inForce(offer.getPrices(), at);
    }

    /** The dispatch that pays for an attempt: the newest that had begun by then. */
    private static @Nullable Dispatch dispatchOf(Request request, @Nullable Integer attempt) {
        int number = attempt == null ? 1 : attempt;
        Dispatch found = null;
        for (Dispatch dispatch : request.dispatches.values()) {
            if (dispatch.getFirstAttempt() <= number
                    && (found == null || dispatch.getFirstAttempt() >= found.getFirstAttempt())) {
                found = dispatch;
            }
        }
        return found;
    }

    private static @Nullable ChainModel link(Dispatch dispatch, UsageReport usage) {
        for (ChainModel link : dispatch.getChain()) {
            if (link.getModel().equals(usage.getModel())
                    && (usage.getProvider() == null || usage.getProvider().equals(link.getProvider()))) {
                return link;
            }
        }
        return null;
    }

    private static String offerId(UsageReport usage, @Nullable ChainModel link) {
        return link == null
                ? BudgetScopes.offerId(usage.getProvider(), usage.getModel())
                : BudgetScopes.offerId(link.getProvider(), link.getModel());
    }

    private static String requestId(@Nullable String requestId, String usageId) {
        // usage of no request stands for itself
        return requestId == null ? "usage " + usageId : requestId;
    }

    private static String usageId(String source, String usageId) {
        return source + ' ' + usageId;
    }
}
