package dev.turnpike.metering.budget;

import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetScopes.Dimensions;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.ArrayList;
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
        List<HoldWindow> windows = null;
        for (HoldWindow window : windowsAt(dimensions, entry.getAdmittedAt())) {
            if (!named.contains(window)) {
                windows = windows == null ? new ArrayList<>(named) : windows;
                windows.add(window);
            }
        }
        return windows == null ? named : distinct(entry.getTeam(), windows);
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
