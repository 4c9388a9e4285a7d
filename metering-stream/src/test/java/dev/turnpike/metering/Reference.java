package dev.turnpike.metering;

import dev.turnpike.metering.MemoryMeter.Input;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetScopes.Dimensions;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.BudgetWindow.Period;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.UsageReport;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the books must say at the end of a history, worked out from all its records at once, without any order. */
final class Reference {

    final Map<String, Amounts> opened = new TreeMap<>();
    final Map<String, Amounts> spent = new TreeMap<>();
    /** Spend by hour and by day of every combination of labels and of every tag. */
    final Map<String, Amounts> cells = new TreeMap<>();

    long overrun;
    int usages;

    Reference(History history) {
        Set<String> requests = new LinkedHashSet<>();
        history.dispatches().forEach(dispatch -> requests.add(dispatch.getRequestId()));
        for (Input.Uses uses : history.usage()) {
            if (uses.report().getRequestId() == null) {
                book(List.of(), List.of(uses), -1);
            } else {
                requests.add(uses.report().getRequestId());
            }
        }
        for (String request : requests) {
            book(
                    history.dispatches().stream()
                            .filter(dispatch -> dispatch.getRequestId().equals(request))
                            .toList(),
                    history.usage().stream()
                            .filter(uses -> request.equals(uses.report().getRequestId()))
                            .toList(),
                    history.refusals().stream()
                            .filter(refuses -> request.equals(refuses.requestId()))
                            .mapToInt(Input.Refuses::attempts)
                            .max()
                            .orElse(-1));
        }
    }

    private void book(List<Dispatch> dispatches, List<Input.Uses> usage, int refusedAfter) {
        List<Input.Uses> executed = usage.stream()
                .filter(uses -> uses.report().getStatus().equals("ok")
                        || uses.report().getStatus().equals("error"))
                .toList();
        String first = executed.stream()
                .map(uses -> uses.report().getAttempt() + uses.report().getUsageId())
                .sorted()
                .findFirst()
                .orElse("");
        Amounts used = Amounts.ZERO;
        for (Input.Uses uses : executed) {
            UsageReport report = uses.report();
            Dispatch dispatch = null;
            for (Dispatch candidate : dispatches) {
                if (candidate.getFirstAttempt() <= report.getAttempt()) {
                    dispatch = candidate;
                }
            }
            boolean counts = first.equals(report.getAttempt() + report.getUsageId());
            used = used.plus(bookUsage(uses, dispatch, counts ? 1 : 0));
            usages++;
        }
        Amounts held = Amounts.ZERO;
        long stillUnknown = stillUnknown(usage, refusedAfter);
        long kept = 0;
        Amounts left = used;
        for (Dispatch dispatch : dispatches) {
            kept += dispatch.getHold().getNanoUsd();
        }
        // what is left is with the last holds, so the first ones give up what need not be kept
        long given = stillUnknown < 0 ? 0 : Math.max(0, kept - Math.min(kept, used.nanoUsd()) - stillUnknown);
        boolean complete = stillUnknown == COMPLETE;
        for (Dispatch dispatch : dispatches) {
            Amounts hold = Amounts.of(dispatch.getHold());
            held = held.plus(hold);
            windows(dispatch).forEach(window -> add(opened, window, hold));
            Amounts captured = new Amounts(
                    Math.min(hold.nanoUsd(), left.nanoUsd()),
                    Math.min(hold.tokens(), left.tokens()),
                    Math.min(hold.requests(), left.requests()));
            left = left.minus(captured);
            Amounts rest = hold.minus(captured);
            long free = Math.min(given, rest.nanoUsd());
            given -= free;
            if (!complete && dispatch.getOnExpiry().equals("capture")) {
                Amounts estimate = new Amounts(rest.nanoUsd() - free, rest.tokens(), rest.requests());
                windows(dispatch).forEach(window -> add(spent, window, estimate));
                ChainModel link = dispatch.getChain().get(0);
                cells(
                        dispatch.getAdmittedAt(),
                        dispatch.getRequest().getUser(),
                        link.getProvider(),
                        link.getModel(),
                        dispatch.getRequest().getTaskId(),
                        dispatch.getRequest().getTags(),
                        estimate);
            }
        }
        if (!dispatches.isEmpty()) {
            overrun += Math.max(0, used.nanoUsd() - held.nanoUsd());
        }
    }

    private Amounts bookUsage(Input.Uses uses, @Nullable Dispatch dispatch, int requests) {
        UsageReport report = uses.report();
        long tokens = report.getInputTokens() + report.getOutputTokens();
        ChainModel link = null;
        for (ChainModel candidate : dispatch == null ? List.<ChainModel>of() : dispatch.getChain()) {
            boolean sameProvider =
                    report.getProvider() == null || report.getProvider().equals(candidate.getProvider());
            if (link == null && sameProvider && candidate.getModel().equals(report.getModel())) {
                link = candidate;
            }
        }
        String offerId =
                BudgetScopes.offerId(link == null ? report.getProvider() : link.getProvider(), report.getModel());
        ModelOffer offer = History.CATALOG.offers().apply(offerId);
        Price price = link != null
                ? link.getPrice()
                : offer == null ? null : offer.getPrices().get(0);
        // input and output cost the same here
        Amounts amount = new Amounts(price == null ? 0 : tokens * price.getInput() / 1_000_000, tokens, requests);
        Map<String, String> tags = new HashMap<>(report.getTags());
        String user = report.getUser();
        if (dispatch == null) {
            Dimensions dimensions = new Dimensions(Given.TEAM, user, report.getTaskId(), offerId, tags);
            windows(History.POLICY, dimensions, uses.at())
                    .forEach(window ->
                            add(spent, PositionKey.of(Given.TEAM, window).encode(), amount));
        } else {
            user = dispatch.getRequest().getUser() == null
                    ? user
                    : dispatch.getRequest().getUser();
            tags.putAll(dispatch.getRequest().getTags());
            String task = dispatch.getRequest().getTaskId();
            Dimensions dimensions = new Dimensions(
                    Given.TEAM,
                    user,
                    task == null ? report.getTaskId() : task,
                    report.getProvider() == null ? null : offerId,
                    tags);
            Set<HoldWindow> windows = new LinkedHashSet<>(dispatch.getWindows());
            windows.removeIf(window ->
                    window.getScope().equals("model") && !window.getScopeValue().equals(offerId));
            // a report may know more than its dispatch: a user, or a model that was not in the chain
            windows(History.POLICY, dimensions, dispatch.getAdmittedAt()).forEach(windows::add);
            windows.forEach(
                    window -> add(spent, PositionKey.of(Given.TEAM, window).encode(), amount));
        }
        long admittedAt = dispatch == null ? uses.at() : dispatch.getAdmittedAt();
        String task = dispatch == null || dispatch.getRequest().getTaskId() == null
                ? report.getTaskId()
                : dispatch.getRequest().getTaskId();
        cells(admittedAt, user, report.getProvider(), report.getModel(), task, tags, amount);
        return amount;
    }

    private void cells(
            long at,
            @Nullable String user,
            @Nullable String provider,
            String model,
            @Nullable String task,
            Map<String, String> tags,
            Amounts amount) {
        for (Period period : List.of(Period.HOUR, Period.DAY)) {
            long start = BudgetWindow.at(period, ZoneId.of("America/New_York"), DayOfWeek.MONDAY, at)
                    .start();
            add(cells, period + " " + start + " " + user + " " + provider + " " + model, amount);
            if (task != null) {
                add(cells, period + " " + start + " task " + task, amount);
            }
            tags.forEach((tag, value) -> add(cells, period + " " + start + " " + tag + "=" + value, amount));
        }
    }

    /** The windows that a policy has for all that a dispatch may cost. */
    static Stream<HoldWindow> windows(Dispatch dispatch, TeamPolicy policy) {
        return dispatch.getChain().stream()
                .map(link -> BudgetScopes.offerId(link.getProvider(), link.getModel()))
                .map(model -> new Dimensions(
                        dispatch.getTeam(),
                        dispatch.getRequest().getUser(),
                        dispatch.getRequest().getTaskId(),
                        model,
                        dispatch.getRequest().getTags()))
                .flatMap(dimensions -> windows(policy, dimensions, dispatch.getAdmittedAt()))
                .distinct();
    }

    /** The windows that a policy has for an entry, those of models aside. */
    static Stream<HoldWindow> windows(LedgerEntry entry, TeamPolicy policy) {
        Dimensions dimensions =
                new Dimensions(entry.getTeam(), entry.getUser(), entry.getTaskId(), null, entry.getTags());
        return windows(policy, dimensions, entry.getAdmittedAt());
    }

    private static Stream<HoldWindow> windows(TeamPolicy policy, Dimensions dimensions, long at) {
        return BudgetScopes.windowsAt(policy, dimensions, at).stream()
                .map(BudgetScopes.Applied::window)
                .filter(Objects::nonNull)
                .distinct();
    }

    private static final long ANYTHING = -1;
    private static final long COMPLETE = -2;

    /** The money that silent attempts may still cost. */
    private static long stillUnknown(List<Input.Uses> usage, int refusedAfter) {
        int announced = refusedAfter;
        Map<Integer, Long> silent = new TreeMap<>();
        Set<Integer> reported = new HashSet<>();
        for (Input.Uses uses : usage) {
            UsageReport report = uses.report();
            if (report.getStatus().equals("started")) {
                silent.put(report.getAttempt(), report.getBoundNanoUsd());
            } else if (!report.getStatus().equals("not-executed")) {
                reported.add(report.getAttempt());
            }
            if (report.getFinal$()) {
                announced =
                        Math.max(announced, report.getAttempts() == null ? report.getAttempt() : report.getAttempts());
            }
        }
        silent.keySet().removeAll(reported);
        if (announced < 0 || reported.size() + silent.size() < announced || silent.containsValue(null)) {
            return ANYTHING;
        }
        return silent.isEmpty()
                ? COMPLETE
                : silent.values().stream().mapToLong(Long::longValue).sum();
    }

    private static Stream<String> windows(Dispatch dispatch) {
        return Set.copyOf(dispatch.getWindows()).stream()
                .map(window -> PositionKey.of(dispatch.getTeam(), window).encode());
    }

    private static void add(Map<String, Amounts> sums, String key, Amounts amount) {
        if (!amount.isZero()) {
            sums.merge(key, amount, Amounts::plus);
        }
    }
}
