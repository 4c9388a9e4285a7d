package dev.turnpike.router.decision;

import dev.turnpike.schemas.AllowedOffers;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.BudgetWindow.Period;
import dev.turnpike.schemas.Globs;
import dev.turnpike.schemas.event.Routing;
import dev.turnpike.schemas.event.TeamPolicy;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A team's policy, prepared for deciding. Safe for many threads; what it remembers changes no answer. */
public final class TeamRules {

    private static final long LEAST_TTL_MILLIS = 1_000;

    private final TeamPolicy policy;
    private final List<BudgetRule> budgets;
    private final ZoneId zone;
    private final DayOfWeek weekStart;
    private final AllowedOffers allowed;
    private final Map<String, Globs> tools;

    // the window of most requests is that of the request before
    private final Map<Period, BudgetWindow> windows = new ConcurrentHashMap<>();
    private volatile @Nullable Shortlist shortlist;

    private TeamRules(
            TeamPolicy policy,
            List<BudgetRule> budgets,
            ZoneId zone,
            DayOfWeek weekStart,
            AllowedOffers allowed,
            Map<String, Globs> tools) {
        this.policy = policy;
        this.budgets = budgets;
        this.zone = zone;
        this.weekStart = weekStart;
        this.allowed = allowed;
        this.tools = tools;
    }

    /**
     * Prepares a policy.
     *
     * @throws java.time.DateTimeException if the time zone is unknown
     * @throws IllegalArgumentException if something else in the policy cannot be understood
     */
    public static TeamRules of(TeamPolicy policy) {
        Routing routing = policy.getRouting();
        check(routing.getOutputCap() >= 1, "routing.output_cap", routing.getOutputCap(), "at least 1");
        check(routing.getMinOutputCap() >= 1, "routing.min_output_cap", routing.getMinOutputCap(), "at least 1");
        check(routing.getFallbacks() >= 0, "routing.fallbacks", routing.getFallbacks(), "0 or more");
        check(policy.getHoldTtlMs() >= LEAST_TTL_MILLIS, "hold_ttl_ms", policy.getHoldTtlMs(), "1000 or more");
        Map<String, Globs> tools = new HashMap<>();
        routing.getAllowTools().forEach((taskType, globs) -> tools.put(taskType, Globs.of(globs)));
        return new TeamRules(
                policy,
                policy.getBudgets().stream().map(BudgetRule::of).toList(),
                ZoneId.of(policy.getTimezone()),
                DayOfWeek.valueOf(policy.getWeekStart().toUpperCase(Locale.ROOT)),
                AllowedOffers.of(routing),
                tools);
    }

    String version() {
        return policy.getVersion();
    }

    Routing routing() {
        return policy.getRouting();
    }

    List<BudgetRule> budgets() {
        return budgets;
    }

    Duration holdTtl() {
        return Duration.ofMillis(policy.getHoldTtlMs());
    }

    String onExpiry() {
        return policy.getOnExpiry();
    }

    /** The window of a period at an instant, in the team's own time zone. */
    BudgetWindow windowAt(Period period, long instant) {
        BudgetWindow last = windows.get(period);
        if (last == null || !last.contains(instant)) {
            last = BudgetWindow.at(period, zone, weekStart, instant);
            windows.put(period, last);
        }
        return last;
    }

    /** The offers of a fleet that may serve this team. */
    Shortlist shortlist(Fleet fleet) {
        Shortlist last = shortlist;
        if (last == null || !last.isOf(fleet)) {
            last = Shortlist.of(fleet, offer -> allowed.includes(offer.id()));
            shortlist = last;
        }
        return last;
    }

    /** The first tool of a request that its model may not be offered; null: there is none. */
    @Nullable
    String toolNotAllowed(Ask ask) {
        if (tools.isEmpty()) {
            return null;
        }
        String taskType = ask.request().getTaskType();
        Globs own = taskType == null ? null : tools.get(taskType);
        Globs usable = own == null ? tools.get(Track.ANY) : own;
        for (String tool : ask.prompt().toolNames()) {
            if (usable == null || !usable.match(tool)) {
                return tool;
            }
        }
        return null;
    }

    private static void check(boolean holds, String field, long value, String cure) {
        if (!holds) {
            throw new IllegalArgumentException(field + " " + value + ": must be " + cure);
        }
    }
}
