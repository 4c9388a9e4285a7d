package dev.turnpike.router.decision;

import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes.Dimensions;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LlmRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The budgets of a policy in the windows they have for one request. Several budgets may share a window: it is looked up
 * once, and held in once.
 */
final class AppliedBudgets {

    private final TeamRules rules;
    private final String team;
    private final Headroom headroom;
    private final long admittedAt;
    private final List<AppliedBudget> shared = new ArrayList<>();
    private @Nullable BudgetRule missing;

    private AppliedBudgets(TeamRules rules, String team, Headroom headroom, long admittedAt) {
        this.rules = rules;
        this.team = team;
        this.headroom = headroom;
        this.admittedAt = admittedAt;
    }

    static AppliedBudgets of(TeamRules rules, LlmRequest request, Headroom headroom, long admittedAt) {
        var applied = new AppliedBudgets(rules, request.getTeam(), headroom, admittedAt);
        var dimensions =
                new Dimensions(request.getTeam(), request.getUser(), request.getTaskId(), null, request.getTags());
        for (BudgetRule rule : rules.budgets()) {
            if (rule.isPerModel()) {
                continue;
            }
            String value = dimensions.valueOf(rule.scope());
            if (value != null) {
                applied.add(rule, value, applied.shared);
            } else if (rule.hard() && applied.missing == null) {
                applied.missing = rule;
            }
        }
        OrgRules org = rules.org();
        if (org != null) {
            org.budgets().forEach(rule -> applied.addOfOrg(org, rule));
        }
        return applied;
    }

    /** A hard budget whose scope the request gives no value for; null: there is none. */
    @Nullable
    BudgetRule missing() {
        return missing;
    }

    /** Those that apply whichever model serves. */
    List<AppliedBudget> shared() {
        return shared;
    }

    /** Those that apply only where this offer serves. */
    List<AppliedBudget> of(Offer offer) {
        List<AppliedBudget> own = List.of();
        for (BudgetRule rule : rules.budgets()) {
            if (rule.isPerModel()) {
                if (own.isEmpty()) {
                    own = new ArrayList<>(2);
                }
                add(rule, offer.id(), own);
            }
        }
        return own;
    }

    /** Whether a hard budget limits cost or tokens. */
    boolean limitUse() {
        for (BudgetRule rule : rules.budgets()) {
            if (rule.hard() && rule.unit() != Unit.REQUESTS) {
                return true;
            }
        }
        OrgRules org = rules.org();
        return org != null && org.budgets().stream().anyMatch(rule -> rule.hard() && rule.unit() != Unit.REQUESTS);
    }

    /** The first soft budget of which this much, in percent, is spent or held; null: there is none. */
    @Nullable
    BudgetRule pressing(int percent) {
        for (AppliedBudget budget : shared) {
            if (!budget.rule().hard() && !budget.rule().isOfOrg() && budget.hasReached(percent)) {
                return budget.rule();
            }
        }
        return null;
    }

    private void addOfOrg(OrgRules org, BudgetRule rule) {
        BudgetWindow window = org.windowAt(rule.period(), admittedAt);
        String period = rule.period().wireName();
        var key = new PositionKey(team, rule.scope(), org.name(), period, window.start());
        var hold = new HoldWindow(rule.scope(), org.name(), period, window.start(), window.end());
        shared.add(AppliedBudget.ofOrg(rule, key, hold, headroom.at(key), headroom));
    }

    private void add(BudgetRule rule, String value, List<AppliedBudget> to) {
        BudgetWindow window = rules.windowAt(rule.period(), admittedAt);
        for (AppliedBudget other : to) {
            if (other.window().getScopeValue().equals(value)
                    && other.rule().scope().equals(rule.scope())
                    && other.rule().period() == rule.period()) {
                to.add(AppliedBudget.of(rule, other.key(), other.window(), other.position(), headroom));
                return;
            }
        }
        String period = rule.period().wireName();
        var key = new PositionKey(team, rule.scope(), value, period, window.start());
        var hold = new HoldWindow(rule.scope(), value, period, window.start(), window.end());
        to.add(AppliedBudget.of(rule, key, hold, headroom.at(key), headroom));
    }
}
