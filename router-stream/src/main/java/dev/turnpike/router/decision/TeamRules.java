package dev.turnpike.router.decision;

import dev.turnpike.schemas.AllowedOffers;
import dev.turnpike.schemas.BudgetCalendar;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.BudgetWindow.Period;
import dev.turnpike.schemas.Globs;
import dev.turnpike.schemas.RequestSignature;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.Routing;
import dev.turnpike.schemas.event.TeamPolicy;
import java.security.PublicKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A team's policy, prepared for deciding. Safe for many threads; what it remembers changes no answer. */
public final class TeamRules {

    private static final long LEAST_TTL_MILLIS = 1_000;
    private static final long NOTHING_NEW = -1;

    private final TeamPolicy policy;
    private final List<BudgetRule> budgets;
    private final BudgetCalendar calendar;
    private final @Nullable OrgRules org;
    private final AllowedOffers allowed;
    private final Map<String, Globs> tools;
    private final List<PublicKey> signers;

    // the window of most requests is that of the request before
    private final Map<Period, BudgetWindow> windows = new ConcurrentHashMap<>();
    private volatile @Nullable Shortlist shortlist;

    private TeamRules(
            TeamPolicy policy,
            List<BudgetRule> budgets,
            BudgetCalendar calendar,
            @Nullable OrgRules org,
            AllowedOffers allowed,
            Map<String, Globs> tools,
            List<PublicKey> signers) {
        this.policy = policy;
        this.budgets = budgets;
        this.calendar = calendar;
        this.org = org;
        this.allowed = allowed;
        this.tools = tools;
        this.signers = signers;
    }

    /**
     * Prepares a policy.
     *
     * @throws java.time.DateTimeException if the time zone is unknown
     * @throws IllegalArgumentException if something else in the policy cannot be understood
     */
    public static TeamRules of(TeamPolicy policy) {
        return of(policy, NOTHING_NEW, null);
    }

    /**
     * Prepares a policy that replaces another; throws like {@link #of(TeamPolicy)}.
     *
     * @param offset of its record
     * @param replaced what applied to the team until now; null: nothing
     */
    public static TeamRules of(TeamPolicy policy, long offset, @Nullable TeamRules replaced) {
        Routing routing = policy.getRouting();
        check(routing.getOutputCap() >= 1, "routing.output_cap", routing.getOutputCap(), "at least 1");
        check(routing.getMinOutputCap() >= 1, "routing.min_output_cap", routing.getMinOutputCap(), "at least 1");
        check(routing.getFallbacks() >= 0, "routing.fallbacks", routing.getFallbacks(), "0 or more");
        check(policy.getHoldTtlMs() >= LEAST_TTL_MILLIS, "hold_ttl_ms", policy.getHoldTtlMs(), "1000 or more");
        Map<String, Globs> tools = new HashMap<>();
        routing.getAllowTools().forEach((taskType, globs) -> tools.put(taskType, Globs.of(globs)));
        return new TeamRules(
                policy,
                policy.getBudgets().stream()
                        .map(budget -> BudgetRule.of(budget, since(budget, offset, replaced)))
                        .toList(),
                BudgetCalendar.of(policy),
                null,
                AllowedOffers.of(routing),
                tools,
                policy.getSigningKeys().stream()
                        .map(RequestSignature::publicKey)
                        .toList());
    }

    /** The same rules for a team that they apply to only since a policy record. */
    public TeamRules inheritedAt(long offset) {
        return new TeamRules(
                policy,
                budgets.stream().map(budget -> budget.notBefore(offset)).toList(),
                calendar,
                org,
                allowed,
                tools,
                signers);
    }

    /** The same rules for teams of an org. */
    public TeamRules in(OrgRules rules) {
        return new TeamRules(policy, budgets, calendar, rules, allowed, tools, signers);
    }

    /** Whose signature makes a request the team's; empty where none is asked for. */
    public List<PublicKey> signers() {
        return signers;
    }

    /** Name of the org that the policy names; null: none. */
    public @Nullable String orgName() {
        return policy.getOrg();
    }

    /** The rules of the org; null where the policy names none, or one that is not known. */
    public @Nullable OrgRules org() {
        return org;
    }

    /** Whether both were made of one policy. */
    public boolean isOfSamePolicyAs(TeamRules other) {
        return policy == other.policy;
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
            last = calendar.at(period, instant);
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

    private static long since(Budget budget, long offset, @Nullable TeamRules replaced) {
        if (replaced != null) {
            for (BudgetRule rule : replaced.budgets) {
                if (rule.countsLike(budget)) {
                    return rule.since();
                }
            }
        }
        return offset;
    }

    private static void check(boolean holds, String field, long value, String cure) {
        if (!holds) {
            throw new IllegalArgumentException(field + " " + value + ": must be " + cure);
        }
    }
}
