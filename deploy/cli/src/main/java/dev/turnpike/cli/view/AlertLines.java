package dev.turnpike.cli.view;

import dev.turnpike.cli.text.Table;
import dev.turnpike.cli.text.Times;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.event.BudgetAlert;
import org.jspecify.annotations.Nullable;

/** How alerts stand in a table. */
public final class AlertLines {

    private AlertLines() {}

    public static Table<BudgetAlert> table() {
        return new Table<BudgetAlert>()
                .hidden("alert_id", BudgetAlert::getAlertId)
                .shown("raised_at", false, BudgetAlert::getRaisedAt, Times::second)
                .hidden("kind", BudgetAlert::getKind)
                .hidden("threshold", BudgetAlert::getThreshold)
                .note("WHAT", AlertLines::what)
                .text("team", alert -> alert.getTeam().isEmpty() ? null : alert.getTeam())
                .text("budget", BudgetAlert::getBudget)
                .text("of", alert -> alert.getScopeValue() == null ? alert.getRequestId() : alert.getScopeValue())
                .note("SPENT", alert -> amount(alert, alert.getSpent()))
                .note("LIMIT", alert -> amount(alert, alert.getLimit()))
                .hidden("unit", BudgetAlert::getUnit)
                .hidden("spent", BudgetAlert::getSpent)
                .hidden("limit", BudgetAlert::getLimit)
                .hidden("runs_out_at", BudgetAlert::getRunsOutAt)
                .hidden("pace", BudgetAlert::getPace)
                .hidden("message", BudgetAlert::getMessage);
    }

    private static String what(BudgetAlert alert) {
        if (alert.getThreshold() != null) {
            return "past " + alert.getThreshold() + " %";
        }
        if (alert.getRunsOutAt() != null && alert.getKind().equals("forecast")) {
            return "out by " + Times.minute(alert.getRunsOutAt());
        }
        return alert.getPace() == null ? alert.getKind() : alert.getKind() + " " + Math.round(alert.getPace()) + "x";
    }

    private static @Nullable String amount(BudgetAlert alert, @Nullable Long amount) {
        if (amount == null || alert.getUnit() == null) {
            return null;
        }
        for (Unit unit : Unit.values()) {
            if (unit.wireName().equals(alert.getUnit())) {
                return unit.display(amount);
            }
        }
        return amount + " " + alert.getUnit();
    }
}
