package dev.turnpike.failure;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.WindowView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What happened, counted from the topics alone and apart from the audit: what was asked for and decided, called and
 * booked, and how close each hot window came to its limit.
 */
final class Tally {

    private static final String EXHAUSTED = "budget-exhausted";

    private final Map<String, Integer> decisions = new HashMap<>();
    private final Map<String, Integer> answers = new HashMap<>();
    private final Map<String, Long> holds = new HashMap<>();
    private final Map<String, Long> costs = new HashMap<>();
    private final Map<String, Integer> usages = new HashMap<>();
    private final Set<String> estimated = new HashSet<>();
    private final Map<Bound, Limit> limits = new HashMap<>();
    private final Map<PositionKey, Amounts> spent = new HashMap<>();
    private final Map<String, String> refusedBy = new HashMap<>();
    private final Map<String, Long> codes = new TreeMap<>();
    private long dispatches;
    private long estimates;
    private long overruns;

    /** A hard budget in one window. */
    private record Bound(PositionKey key, String unit) {}

    /** Its limit, and what stood against it when it refused for the first time. */
    private static final class Limit {
        long amount;
        long atFirstRejection = -1;
        long spentAtFirstRejection;
    }

    /** How a hot window fared, each as a share of its limit. */
    record HotWindow(String window, double usedAtFirstRejection, double spentAtFirstRejection, double spentInTheEnd) {}

    static Tally of(TopicLog log) {
        Tally tally = new Tally();
        log.each(Topics.REJECTIONS, entry -> tally.rejection(entry.value()));
        log.each(Topics.DECISIONS, entry -> tally.decision(entry.value()));
        log.each(Topics.LEDGER, entry -> tally.ledger(entry.value()));
        log.each(Topics.COMPLETIONS, entry -> {
            Completion completion = entry.value();
            if (completion.getFinal$()) {
                tally.answers.merge(Load.id(completion.getTeam(), completion.getRequestId()), 1, Integer::sum);
            }
        });
        return tally;
    }

    long dispatches() {
        return dispatches;
    }

    /** What was accepted and has neither a rejection nor an answer that has ended. */
    long unanswered(Set<String> requests) {
        return requests.stream()
                .filter(request -> !answers.containsKey(request))
                .count();
    }

    long answeredTwice() {
        return answers.values().stream().filter(count -> count > 1).count();
    }

    /** Rejections by code. */
    Map<String, Long> rejections() {
        return codes;
    }

    /** Nano-dollars spent above hard limits in cost, overruns and all, in every window that only dispatches spent in. */
    long overspent() {
        return limits.entrySet().stream()
                .filter(limit -> limit.getKey().unit.equals(Unit.NANO_USD.wireName()))
                .mapToLong(limit -> Math.max(0, spentIn(limit.getKey()) - limit.getValue().amount))
                .sum();
    }

    /** Hard windows in any unit that are past their limit. */
    List<String> passed() {
        return limits.entrySet().stream()
                .filter(limit -> spentIn(limit.getKey()) > limit.getValue().amount)
                .map(limit -> limit.getKey().key.encode() + ": " + spentIn(limit.getKey()) + " of "
                        + limit.getValue().amount + " " + limit.getKey().unit)
                .toList();
    }

    int hardWindows() {
        return limits.size();
    }

    /** Cost above holds, nano-dollars. */
    long overruns() {
        return overruns;
    }

    /** Entries that stand for attempts nobody reported on. */
    long estimates() {
        return estimates;
    }

    /** What was accepted and is not decided. */
    long undecided(Set<String> requests) {
        return requests.stream()
                .filter(request -> !decisions.containsKey(request))
                .count();
    }

    long decidedTwice() {
        return decisions.values().stream().filter(count -> count > 1).count();
    }

    /** Usage that was accepted and is not in the ledger. */
    long unbooked(Set<String> reported) {
        return reported.stream().filter(usage -> !usages.containsKey(usage)).count();
    }

    /** Calls that a provider has seen, as {@code TEAM/REQUEST#ATTEMPT}, of which the ledger knows nothing. */
    long unbookedCalls(Set<String> calls) {
        return calls.stream()
                .filter(call -> {
                    String team = call.substring(0, call.indexOf('/'));
                    String usage = call.substring(call.indexOf('/') + 1);
                    String request = usage.substring(0, usage.lastIndexOf('#'));
                    return !usages.containsKey(Load.id(team, usage)) && !estimated.contains(Load.id(team, request));
                })
                .count();
    }

    long bookedTwice() {
        return usages.values().stream().filter(count -> count > 1).count();
    }

    /** What was held for each request divided by what it cost, sorted; of those whose cost is known. */
    double[] holdToCost() {
        return costs.entrySet().stream()
                .filter(cost ->
                        cost.getValue() > 0 && holds.containsKey(cost.getKey()) && !estimated.contains(cost.getKey()))
                .mapToDouble(cost -> holds.getOrDefault(cost.getKey(), 0L) / (double) cost.getValue())
                .sorted()
                .toArray();
    }

    /** Every hard window that has refused a request. */
    List<HotWindow> hotWindows() {
        List<HotWindow> hot = new ArrayList<>();
        limits.forEach((bound, limit) -> {
            if (limit.atFirstRejection >= 0) {
                hot.add(new HotWindow(
                        bound.key.encode(),
                        limit.atFirstRejection / (double) limit.amount,
                        limit.spentAtFirstRejection / (double) limit.amount,
                        spentIn(bound) / (double) limit.amount));
            }
        });
        return hot;
    }

    /** The value below which this share of sorted values lies; NaN where there are none. */
    static double percentile(double[] sorted, double share) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[(int) Math.min(sorted.length - 1, (long) (share * sorted.length))];
    }

    static double[] sorted(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    private void rejection(Rejection rejection) {
        answers.merge(Load.id(rejection.getTeam(), rejection.getRequestId()), 1, Integer::sum);
        if (rejection.getBudget() != null) {
            refusedBy.put(
                    decisionId(rejection.getTeam(), rejection.getRequestId(), rejection.getDecision()),
                    rejection.getBudget());
        }
    }

    private void decision(Decision decision) {
        String request = Load.id(decision.getTeam(), decision.getRequestId());
        if (decision.getDecision() == 0) {
            decisions.merge(request, 1, Integer::sum);
        }
        if (decision.getOutcome().equals("rejected")) {
            codes.merge(String.valueOf(decision.getCode()), 1L, Long::sum);
            refuse(decision);
            return;
        }
        dispatches++;
        if (decision.getHold() != null) {
            holds.merge(request, decision.getHold().getNanoUsd(), Long::sum);
        }
        decision.getWindows().forEach(view -> limit(decision, view));
    }

    private void refuse(Decision decision) {
        @Nullable
        String budget = refusedBy.get(decisionId(decision.getTeam(), decision.getRequestId(), decision.getDecision()));
        for (WindowView view : decision.getWindows()) {
            Limit limit = limit(decision, view);
            if (limit != null
                    && limit.atFirstRejection < 0
                    && EXHAUSTED.equals(decision.getCode())
                    && view.getBudget().equals(budget)) {
                Unit unit = unit(view.getUnit());
                limit.spentAtFirstRejection = Amounts.of(view.getSpent()).in(unit);
                limit.atFirstRejection = limit.spentAtFirstRejection
                        + Amounts.of(view.getHeld())
                                .minus(Amounts.of(view.getClosed()))
                                .in(unit);
            }
        }
    }

    private @Nullable Limit limit(Decision decision, WindowView view) {
        if (!view.getEnforcement().equals("hard")) {
            return null;
        }
        PositionKey key = PositionKey.of(decision.getTeam(), view.getWindow());
        Limit limit = limits.computeIfAbsent(new Bound(key, view.getUnit()), absent -> new Limit());
        limit.amount = Amounts.of(view.getLimit()).in(unit(view.getUnit()));
        return limit;
    }

    private void ledger(LedgerEntry entry) {
        Amounts amount = Amounts.of(entry.getAmount());
        entry.getWindows().stream()
                .map(window -> PositionKey.of(entry.getTeam(), window))
                .distinct()
                .forEach(key -> spent.merge(key, amount, Amounts::plus));
        overruns += entry.getOverrunNanoUsd();
        if (entry.getRequestId() != null) {
            String request = Load.id(entry.getTeam(), entry.getRequestId());
            costs.merge(request, amount.nanoUsd(), Long::sum);
            if (entry.getKind().equals("estimate")) {
                estimates++;
                estimated.add(request);
            }
        }
        if (entry.getKind().equals("usage")) {
            usages.merge(Load.id(entry.getTeam(), entry.getUsageId()), 1, Integer::sum);
        }
    }

    private long spentIn(Bound bound) {
        return spent.getOrDefault(bound.key, Amounts.ZERO).in(unit(bound.unit));
    }

    private static String decisionId(String team, String request, int decision) {
        return Load.id(team, request) + ' ' + decision;
    }

    private static Unit unit(String wireName) {
        return Arrays.stream(Unit.values())
                .filter(unit -> unit.wireName().equals(wireName))
                .findFirst()
                .orElseThrow();
    }
}
