package dev.turnpike.metering.budget;

import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetScopes.Dimensions;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The budgets that apply to a team: its own and those of its org.
 *
 * @param org null where the policy names none, or one that is not known
 * @param policyOffset where the policy was read; -1: nowhere
 * @param orgOffset where the org was read; -1: nowhere
 * @param counting which of them are counted
 */
public record Terms(TeamPolicy policy, @Nullable Org org, long policyOffset, long orgOffset, Counting counting) {

    /**
     * The windows of a ledger entry: those it is written for, and whatever else counts it by now, since a budget may have
     * begun after the dispatch, or after the entry that is corrected.
     */
    List<HoldWindow> windowsOf(LedgerEntry entry, List<HoldWindow> named) {
        // where a report names no provider, its dispatch alone knows which model it means
        boolean isModelKnown = entry.getProvider() != null || entry.getDecision() == null;
        Dimensions dimensions = new Dimensions(
                entry.getTeam(),
                entry.getUser(),
                entry.getTaskId(),
                isModelKnown ? BudgetScopes.offerId(entry.getProvider(), entry.getModel()) : null,
                entry.getTags());
        return withOthers(named, dimensions, entry.getAdmittedAt());
    }

    /**
     * The windows of all that a dispatch may cost: some that are known, each position once, and behind them whatever else will count
     * it, since a budget may have begun after it was made.
     */
    List<HoldWindow> windowsOf(Dispatch dispatch, List<HoldWindow> known) {
        LlmRequest request = dispatch.getRequest();
        List<HoldWindow> windows = known;
        for (@Nullable String model : modelsOf(dispatch)) {
            Dimensions dimensions = new Dimensions(
                    dispatch.getTeam(), request.getUser(), request.getTaskId(), model, request.getTags());
            windows = withOthers(windows, dimensions, dispatch.getAdmittedAt());
        }
        return windows;
    }

    private List<HoldWindow> withOthers(List<HoldWindow> named, Dimensions dimensions, long at) {
        List<HoldWindow> windows = null;
        for (HoldWindow window : windowsAt(dimensions, at)) {
            if (!named.contains(window)) {
                windows = windows == null ? new ArrayList<>(named) : windows;
                windows.add(window);
            }
        }
        return windows == null ? named : distinct(dimensions.team(), windows);
    }

    // which model serves only matters where a budget asks for it
    private List<@Nullable String> modelsOf(Dispatch dispatch) {
        boolean isAsked = policy.getBudgets().stream()
                .anyMatch(budget -> budget.getScope().equals("model"));
        return isAsked
                ? dispatch.getChain().stream()
                        .<@Nullable String>map(link -> BudgetScopes.offerId(link.getProvider(), link.getModel()))
                        .toList()
                : Collections.singletonList(null);
    }

    /** The windows with each position once: budgets that differ only in unit or enforcement share one. */
    static List<HoldWindow> distinct(String team, List<HoldWindow> windows) {
        Set<PositionKey> seen = new HashSet<>();
        return windows.stream()
                .filter(window -> seen.add(PositionKey.of(team, window)))
                .toList();
    }

    private List<HoldWindow> windowsAt(Dimensions dimensions, long at) {
        return BudgetScopes.windowsAt(policy, org, dimensions, at).stream()
                .map(BudgetScopes.Applied::window)
                .filter(Objects::nonNull)
                .filter(counting::counts)
                .toList();
    }
}
