package dev.turnpike.metering.budget;

import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetScopes.Dimensions;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The budgets that apply to a team: its own and those of its org.
 *
 * @param org null where the policy names none, or one that is not known
 */
public record Terms(TeamPolicy policy, @Nullable Org org) {

    /** Every window that has a budget for these dimensions at an instant; milliseconds since 1970-01-01 UTC. */
    List<HoldWindow> windowsAt(Dimensions dimensions, long at) {
        return BudgetScopes.windowsAt(policy, org, dimensions, at).stream()
                .map(BudgetScopes.Applied::window)
                .filter(Objects::nonNull)
                .toList();
    }
}
