package dev.turnpike.failure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnpike.cli.audit.Finding;
import dev.turnpike.cli.audit.Report;
import dev.turnpike.cli.command.Findings;
import dev.turnpike.failure.Fault.Kind;
import dev.turnpike.failure.Tally.HotWindow;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/**
 * What came out of a failure test.
 *
 * @param took how long faults were injected
 * @param settled whether every hold was closed in the end
 * @param requests that were accepted, as team and id
 * @param usages of the other gateway that were accepted, as team and id
 * @param repeats records that were published again
 * @param calls how often the provider saw each attempt
 * @param deaths processes that ended without being told to
 * @param oldWays how check-then-increment fared under the same load
 */
record Outcome(
        Run.Plan plan,
        Duration took,
        boolean settled,
        Tally tally,
        List<Recovery> recoveries,
        Set<String> requests,
        Set<String> usages,
        long repeats,
        Map<String, Integer> calls,
        Map<String, Integer> deaths,
        List<OldWay.Result> oldWays,
        Report audit) {

    private static final double AIM = 0.97;

    /** Whether nothing was overspent, lost or doubled and every law holds. */
    boolean isGood() {
        return settled
                && audit.holds()
                && tally.overspent() == 0
                && tally.passed().isEmpty()
                && lost() == 0
                && doubled() == 0
                && (!plan.isRolling() || tally.unanswered(requests) + tally.answeredTwice() == 0);
    }

    long lost() {
        return tally.undecided(requests) + tally.unbooked(usages) + tally.unbookedCalls(calls.keySet());
    }

    long doubled() {
        return tally.decidedTwice() + tally.bookedTwice() + calledTwice();
    }

    private long calledTwice() {
        return calls.values().stream().filter(count -> count > 1).count();
    }

    private long faults() {
        return recoveries.stream()
                .filter(recovery -> recovery.kind() != Kind.CONTROL)
                .mapToLong(Recovery::count)
                .sum();
    }

    void print(PrintWriter out) {
        out.println();
        out.printf(
                "failure test, seed %d: %,d %s in %,d s on 3 brokers, 2 routers, 2 meters and a provider sink%n%n",
                plan.seed(), faults(), plan.isRolling() ? "restarts in turn" : "faults", took.toSeconds());
        long rejected =
                tally.rejections().values().stream().mapToLong(Long::longValue).sum();
        line(out, "requests", "%,d accepted, %,d records published again", requests.size(), repeats);
        line(out, "dispatches", "%,d, and %,d calls that the provider saw", tally.dispatches(), calls.size());
        line(
                out,
                "answers",
                "%,d requests without an answer or a rejection, %,d with more than one",
                tally.unanswered(requests),
                tally.answeredTwice());
        line(out, "rejections", "%,d %s", rejected, tally.rejections());
        line(out, "other usage", "%,d reports without a dispatch", usages.size());
        line(out, "settled", settled ? "every hold is closed" : "NO: holds are open");
        line(
                out,
                "overspent",
                "%,d nano-dollars, %,d of %,d hard windows past their limit",
                tally.overspent(),
                tally.passed().size(),
                tally.hardWindows());
        line(
                out,
                "lost",
                "%,d (%,d requests undecided, %,d reports and %,d calls not booked)",
                lost(),
                tally.undecided(requests),
                tally.unbooked(usages),
                tally.unbookedCalls(calls.keySet()));
        line(
                out,
                "double",
                "%,d (%,d decisions, %,d ledger entries, %,d calls)",
                doubled(),
                tally.decidedTwice(),
                tally.bookedTwice(),
                calledTwice());
        double[] ratios = tally.holdToCost();
        line(
                out,
                "hold / cost",
                "median %.2f, p99 %.2f; %,d attempts that nobody reported on are booked at their bound; overruns %,d nano-dollars",
                Tally.percentile(ratios, 0.5),
                Tally.percentile(ratios, 0.99),
                tally.estimates(),
                tally.overruns());
        printHotWindows(out);
        printRecovery(out);
        if (plan.comparing()) {
            printOldWays(out);
        }
        if (!deaths.isEmpty()) {
            out.printf("processes that ended by themselves and were started again: %s%n%n", new TreeMap<>(deaths));
        }
        new Findings(audit).print(out, false);
        out.println();
        out.println(isGood() ? "nothing overspent, nothing lost, nothing double" : "FAILED");
        out.flush();
    }

    private void printHotWindows(PrintWriter out) {
        List<HotWindow> hot = tally.hotWindows();
        double[] used =
                Tally.sorted(hot.stream().map(HotWindow::usedAtFirstRejection).toList());
        double[] then =
                Tally.sorted(hot.stream().map(HotWindow::spentAtFirstRejection).toList());
        double[] spent = Tally.sorted(hot.stream().map(HotWindow::spentInTheEnd).toList());
        line(
                out,
                "hot windows",
                "%,d refused requests; %.1f %% of them only when at least 97 %% of the limit was spent or held",
                hot.size(),
                100.0
                        * hot.stream()
                                .filter(window -> window.usedAtFirstRejection() >= AIM)
                                .count()
                        / Math.max(1, hot.size()));
        out.println();
        out.printf("  share of the limit           least   median%n");
        out.printf("  spent or held at first no  %6.1f %%  %6.1f %%%n", percent(used, 0), percent(used, 0.5));
        out.printf("  spent alone at first no    %6.1f %%  %6.1f %%%n", percent(then, 0), percent(then, 0.5));
        out.printf("  spent in the end           %6.1f %%  %6.1f %%%n%n", percent(spent, 0), percent(spent, 0.5));
    }

    private void printRecovery(PrintWriter out) {
        out.printf("  fault              count   until every partition has something new: median     max%n");
        for (Recovery recovery : recoveries) {
            out.printf(
                    "  %-18s %5d   %45.1f s %6.1f s%s%n",
                    recovery.kind() == Kind.CONTROL ? "(none)" : recovery.kind(),
                    recovery.count(),
                    recovery.medianSeconds(),
                    recovery.maxSeconds(),
                    recovery.unanswered() == 0 ? "" : "  (" + recovery.unanswered() + " when the load had ended)");
        }
        out.println();
    }

    private void printOldWays(PrintWriter out) {
        List<HotWindow> hot = tally.hotWindows();
        out.printf(
                "  the same load                    faults  hot windows  past limit  overspent: mean   worst  lost spend%n");
        out.printf(
                "  %-32s %6d  %11d  %10d  %13.2f %%  %4.1f %%  %8s %%%n",
                "turnpike",
                faults(),
                hot.size(),
                tally.passed().size(),
                100 * over(hot).average().orElse(0),
                100 * over(hot).max().orElse(0),
                lost() == 0 ? "0.00" : "see above");
        for (OldWay.Result old : oldWays) {
            out.printf(
                    "  %-32s %6d  %11d  %10d  %13.2f %%  %4.1f %%  %8.2f %%%n",
                    old.name(),
                    old.kills(),
                    old.windows(),
                    old.passed(),
                    100 * old.meanOverspent(),
                    100 * old.worstOverspent(),
                    100.0 * old.lostNanoUsd() / Math.max(1, old.spentNanoUsd()));
        }
        out.println();
    }

    /** By which share of its limit each hot window passed it. */
    private static DoubleStream over(List<HotWindow> hot) {
        return hot.stream().mapToDouble(window -> Math.max(0, window.spentInTheEnd() - 1));
    }

    private static double percent(double[] sorted, double share) {
        return 100 * Tally.percentile(sorted, share);
    }

    private static void line(PrintWriter out, String what, String format, Object... values) {
        out.printf("%-12s %s%n", what, String.format(Locale.ROOT, format, values));
    }

    String json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("seed", plan.seed());
        object.put("seconds", took.toSeconds());
        object.put("faults", faults());
        List<Map<String, Object>> kinds = new ArrayList<>();
        for (Recovery recovery : recoveries) {
            Map<String, Object> kind = new LinkedHashMap<>();
            kind.put("fault", recovery.kind().toString());
            kind.put("count", recovery.count());
            kind.put("recovery_median_s", recovery.medianSeconds());
            kind.put("recovery_max_s", recovery.maxSeconds());
            kind.put("unanswered", recovery.unanswered());
            kinds.add(kind);
        }
        object.put("kinds", kinds);
        object.put("requests", requests.size());
        object.put("repeats", repeats);
        object.put("dispatches", tally.dispatches());
        object.put("calls", calls.size());
        object.put("unanswered", tally.unanswered(requests));
        object.put("answered_twice", tally.answeredTwice());
        object.put("rejections", tally.rejections());
        object.put("other_usage", usages.size());
        object.put("settled", settled);
        object.put("overspent_nano_usd", tally.overspent());
        object.put("windows_past_limit", tally.passed());
        object.put("hard_windows", tally.hardWindows());
        object.put("lost", lost());
        object.put("double", doubled());
        double[] ratios = tally.holdToCost();
        object.put("hold_to_cost_median", Tally.percentile(ratios, 0.5));
        object.put("hold_to_cost_p99", Tally.percentile(ratios, 0.99));
        object.put("estimates", tally.estimates());
        object.put("overruns_nano_usd", tally.overruns());
        object.put("hot_windows", tally.hotWindows());
        object.put("check_then_increment", oldWays);
        object.put("restarted_by_supervisor", deaths);
        object.put(
                "laws_broken",
                audit.findings().stream()
                        .filter(finding -> !finding.holds())
                        .map(Finding::law)
                        .toList());
        object.put("good", isGood());
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("plain values always have a JSON form", e);
        }
    }
}
