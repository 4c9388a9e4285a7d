package dev.turnpike.router.decision;

import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Routing;
import org.jspecify.annotations.Nullable;

/**
 * Step 2: the least expected success of a model that may serve. The request's own floor wins; then its task type's; then the
 * team's. Where a soft budget presses, the last two give way to the economy floor.
 *
 * @param usual without pressure
 * @param applied what counts
 * @param pressing the budget that presses; null: none
 */
record QualityFloor(double usual, double applied, @Nullable BudgetRule pressing) {

    static QualityFloor of(LlmRequest request, TeamRules rules, AppliedBudgets budgets) {
        Double own = request.getQualityFloor();
        if (own != null) {
            return new QualityFloor(own, own, null);
        }
        Routing routing = rules.routing();
        String taskType = request.getTaskType();
        Double byTask = taskType == null ? null : routing.getTaskFloors().get(taskType);
        double usual = byTask == null ? routing.getQualityFloor() : byTask;
        Double economy = routing.getEconomyFloor();
        Integer from = routing.getEconomyAt();
        if (economy == null || economy >= usual || from == null) {
            return new QualityFloor(usual, usual, null);
        }
        BudgetRule pressing = budgets.pressing(from);
        return new QualityFloor(usual, pressing == null ? usual : economy, pressing);
    }

    /**
     * The same, but no higher than what the strongest offer is expected to achieve, where that is only because we take the
     * prompt for a hard one: a guess of ours may call for a better model, but refuses nothing.
     */
    QualityFloor withinReach(Assessment offers) {
        int strongest = offers.strongest();
        if (strongest < 0
                || !offers.estimate().isGuess()
                || offers.success(strongest) >= applied
                || offers.strongestUsually() < applied) {
            return this;
        }
        return new QualityFloor(offers.success(strongest), offers.success(strongest), pressing);
    }

    boolean isLowered() {
        return applied < usual;
    }
}
