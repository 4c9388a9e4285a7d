package dev.turnpike.schemas;

import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the budget windows that a request or a usage falls into. */
public final class BudgetScopes {

    /** The scope of an org's budgets; its position in a team is the team's share, limited by a lease. */
    public static final String ORG = "org";

    private static final String TAG = "tag:";

    private BudgetScopes() {}

    /** Who and what a request or a usage is for: the values that scopes refer to. */
    public record Dimensions(
            String team,
            @Nullable String user,
            @Nullable String taskId,
            @Nullable String model,
            Map<String, String> tags) {

        /** The value of a scope; null where the request does not state it. {@code org} has no value here. */
        public @Nullable String valueOf(String scope) {
            return switch (scope) {
                case "team" -> team;
                case "user" -> user;
                case "task" -> taskId;
                case "model" -> model;
                default -> scope.startsWith(TAG) ? tags.get(scope.substring(TAG.length())) : null;
            };
        }

        public Dimensions withModel(@Nullable String provider, String name) {
            return new Dimensions(team, user, taskId, offerId(provider, name), tags);
        }
    }

    /** A budget together with the window it has at an instant; the window is null where the scope value is missing. */
    public record Applied(Budget budget, @Nullable HoldWindow window) {}

    /** Every budget of a policy with its window for these dimensions at an instant. */
    public static List<Applied> windowsAt(TeamPolicy policy, Dimensions dimensions, long epochMilli) {
        return windowsAt(policy, null, dimensions, epochMilli);
    }

    /**
     * Every budget of a policy, and of the org that the policy names, with its window for these dimensions at an instant.
     *
     * @param org null where the policy names none, or one that is not known
     */
    public static List<Applied> windowsAt(
            TeamPolicy policy, @Nullable Org org, Dimensions dimensions, long epochMilli) {
        List<Applied> applied = new ArrayList<>();
        BudgetCalendar calendar = BudgetCalendar.of(policy);
        for (Budget budget : policy.getBudgets()) {
            applied.add(applied(budget, dimensions.valueOf(budget.getScope()), calendar, epochMilli));
        }
        if (org != null) {
            BudgetCalendar shared = BudgetCalendar.of(org);
            for (Budget budget : org.getBudgets()) {
                applied.add(applied(budget, org.getOrg(), shared, epochMilli));
            }
        }
        return applied;
    }

    private static Applied applied(Budget budget, @Nullable String value, BudgetCalendar calendar, long epochMilli) {
        if (value == null) {
            return new Applied(budget, null);
        }
        BudgetWindow window = calendar.at(BudgetWindow.Period.parse(budget.getPeriod()), epochMilli);
        return new Applied(
                budget, new HoldWindow(budget.getScope(), value, budget.getPeriod(), window.start(), window.end()));
    }

    /** The unit a budget limits. */
    public static Amounts.Unit unitOf(Budget budget) {
        if (budget.getLimitNanoUsd() != null) {
            return Amounts.Unit.NANO_USD;
        }
        return budget.getLimitTokens() != null ? Amounts.Unit.TOKENS : Amounts.Unit.REQUESTS;
    }

    /** The limit of a budget in {@link #unitOf its unit}. */
    public static long limitOf(Budget budget) {
        Long limit = switch (unitOf(budget)) {
            case NANO_USD -> budget.getLimitNanoUsd();
            case TOKENS -> budget.getLimitTokens();
            case REQUESTS -> budget.getLimitRequests();
        };
        if (limit == null) {
            throw new IllegalArgumentException("budget " + budget.getName() + ": has no limit");
        }
        return limit;
    }

    public static boolean isHard(Budget budget) {
        return budget.getEnforcement().equals("hard");
    }

    /** The id of an offer, {@code provider/model}; the model alone where the provider is unknown. */
    public static String offerId(@Nullable String provider, String model) {
        return provider == null ? model : provider + '/' + model;
    }
}
