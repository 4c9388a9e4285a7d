package dev.turnpike.cli.view;

import dev.turnpike.cli.text.Table;
import dev.turnpike.cli.text.Times;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.event.Candidate;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.WindowView;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A decision in words: what was asked, what came of it and why, what each budget and each model had to do with it. */
public record Explanation(Decision decision) {

    // of those that were ranked and of those that were out, see DecisionEvents
    private static final int MOST_RECORDED = 16;

    public void print(PrintWriter out) {
        out.printf(
                "request %s of team %s%s%n",
                decision.getRequestId(),
                decision.getTeam(),
                decision.getDecision() == 0 ? "" : ", decision " + decision.getDecision());
        line(out, "asked", asked());
        line(
                out,
                "read from",
                decision.getSourceTopic() + ", partition " + decision.getSourcePartition() + ", offset "
                        + decision.getSourceOffset());
        line(out, "outcome", outcome());
        line(out, "because", decision.getReason());
        if (decision.getRetryAt() != null) {
            line(
                    out,
                    "try again",
                    "from " + Times.second(decision.getRetryAt()) + " UTC on, when "
                            + (String.valueOf(decision.getCode()).startsWith("budget-")
                                    ? "the window turns"
                                    : "a circuit may close"));
        }
        line(out, "floor", floor());
        if (decision.getCatalogVersion() != null) {
            line(out, "seen", seen());
        }
        String margin = margin();
        if (margin != null) {
            line(out, "margin", margin);
        }
        if (decision.getHold() != null) {
            line(
                    out,
                    "held",
                    Money.display(decision.getHold().getNanoUsd()) + " and "
                            + Unit.TOKENS.display(decision.getHold().getTokens()) + " until usage is known");
        }
        String saving = saving();
        if (saving != null) {
            line(out, "saves", saving);
        }
        if (!decision.getWindows().isEmpty()) {
            out.println();
            windows().print(out, decision.getWindows(), false);
        }
        if (!decision.getCandidates().isEmpty()) {
            out.println();
            candidates().print(out, decision.getCandidates(), false);
            if (decision.getCandidates().size() >= MOST_RECORDED) {
                out.println(
                        "A decision records the best 16 candidates and up to 16 that were out, not the whole catalog.");
            }
        }
    }

    private String asked() {
        List<String> parts = new ArrayList<>();
        parts.add(Times.second(decision.getRequestedAt()) + " UTC");
        parts.add("model " + decision.getRequestedModel());
        add(parts, "user ", decision.getUser());
        add(parts, "task ", decision.getTaskId());
        add(parts, "task type ", decision.getTaskType());
        return String.join(", ", parts);
    }

    private String outcome() {
        if (decision.getModel() == null) {
            return decision.getOutcome() + (decision.getCode() == null ? "" : ": " + decision.getCode());
        }
        String chosen =
                decision.getOutcome() + " to " + BudgetScopes.offerId(decision.getProvider(), decision.getModel());
        return chosen
                + (decision.getDowngradedFrom() == null ? "" : ", without pressure " + decision.getDowngradedFrom())
                + (decision.getExplored() ? ", exploring" : "");
    }

    private String floor() {
        return String.format(
                Locale.ROOT,
                "success at least %.2f; input at most %,d tokens%s",
                decision.getQualityFloor(),
                decision.getInputBoundTokens(),
                decision.getOutputCap() == null
                        ? ""
                        : String.format(Locale.ROOT, ", output at most %,d", decision.getOutputCap()));
    }

    /** What is expected to be saved against the strongest eligible model; null where nothing was chosen. */
    private @Nullable String saving() {
        Long baseline = decision.getBaselineNanoUsd();
        Long expected = decision.getExpectedNanoUsd() != null
                ? decision.getExpectedNanoUsd()
                // where a decision does not say it
                : decision.getCandidates().stream()
                        .filter(this::isChosen)
                        .map(Candidate::getExpectedNanoUsd)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
        if (baseline == null || expected == null || baseline <= 0) {
            return null;
        }
        return String.format(
                Locale.ROOT,
                "%s of the %s expected at the strongest model (%.0f %%)",
                Money.display(baseline - expected),
                Money.display(baseline),
                100.0 * (baseline - expected) / baseline);
    }

    /** What the decision was made from, apart from the request and the windows below. */
    private String seen() {
        return "catalog " + decision.getCatalogVersion() + ", performance " + decision.getPerformanceVersion()
                + ", policy " + (decision.getPolicyVersion().isEmpty() ? "-" : decision.getPolicyVersion())
                + (decision.getDifficulty() == null
                        ? ""
                        : String.format(Locale.ROOT, "; difficulty %.2f", decision.getDifficulty()));
    }

    /** How much more the next best would cost per completed task; null where there is none to compare with. */
    private @Nullable String margin() {
        Long expected = decision.getExpectedNanoUsd();
        Double success = decision.getExpectedSuccess();
        Candidate next = decision.getCandidates().stream()
                .filter(candidate -> candidate.getExcluded() == null
                        && !isChosen(candidate)
                        && candidate.getPerSuccessNanoUsd() != null)
                .findFirst()
                .orElse(null);
        if (expected == null || success == null || success <= 0 || next == null) {
            return null;
        }
        long chosen = Math.round(expected / success);
        long other = next.getPerSuccessNanoUsd();
        String than = Money.display(chosen) + " per completed task; next "
                + BudgetScopes.offerId(next.getProvider(), next.getModel()) + " with " + Money.display(other);
        return chosen <= 0 ? than : than + String.format(Locale.ROOT, " (%+.0f %%)", 100.0 * (other - chosen) / chosen);
    }

    private boolean isChosen(Candidate candidate) {
        return candidate.getModel().equals(decision.getModel())
                && candidate.getProvider().equals(decision.getProvider());
    }

    private static Table<WindowView> windows() {
        return new Table<WindowView>()
                .text("budget", WindowView::getBudget)
                .text("of", view -> view.getWindow().getScopeValue())
                .text(
                        "period",
                        view -> view.getEnforcement() + ' ' + view.getWindow().getPeriod())
                .amount("limit", Explanation::unit, view -> in(view, Amounts.of(view.getLimit())))
                .amount("spent", Explanation::unit, view -> in(view, Amounts.of(view.getSpent())))
                .amount("held", Explanation::unit, view -> in(view, open(view)))
                .amount(
                        "left",
                        Explanation::unit,
                        view -> in(
                                view,
                                Amounts.of(view.getLimit())
                                        .minus(Amounts.of(view.getSpent()))
                                        .minus(open(view))))
                .shown("turns", false, view -> view.getWindow().getWindowEnd(), Times::minute);
    }

    private Table<Candidate> candidates() {
        return new Table<Candidate>()
                .text("model", candidate -> BudgetScopes.offerId(candidate.getProvider(), candidate.getModel()))
                .shown("success", true, Candidate::getSuccess, success -> String.format(Locale.ROOT, "%.3f", success))
                .money("attempt", Candidate::getExpectedNanoUsd)
                .money("per_task", Candidate::getPerSuccessNanoUsd)
                .note("VERDICT", this::verdict);
    }

    private String verdict(Candidate candidate) {
        if (candidate.getExcluded() != null) {
            return candidate.getExcluded();
        }
        String bound =
                candidate.getBoundNanoUsd() == null ? "" : "at most " + Money.display(candidate.getBoundNanoUsd());
        if (isChosen(candidate)) {
            return bound.isEmpty() ? "chosen" : "chosen, " + bound;
        }
        return bound.isEmpty() ? bound : "next, " + bound;
    }

    private static Amounts open(WindowView view) {
        return Amounts.of(view.getHeld()).minus(Amounts.of(view.getClosed())).max(Amounts.ZERO);
    }

    private static long in(WindowView view, Amounts amounts) {
        return amounts.in(unit(view));
    }

    private static Unit unit(WindowView view) {
        for (Unit unit : Unit.values()) {
            if (unit.wireName().equals(view.getUnit())) {
                return unit;
            }
        }
        return Unit.NANO_USD;
    }

    private static void add(List<String> parts, String name, @Nullable String value) {
        if (value != null) {
            parts.add(name + value);
        }
    }

    private static void line(PrintWriter out, String name, String text) {
        out.printf("  %-10s %s%n", name, text);
    }
}
