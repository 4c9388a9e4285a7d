package dev.turnpike.cli.up;

import dev.turnpike.cli.up.Watch.Count;
import dev.turnpike.schemas.Money;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What happened, told at the end. */
final class Summary {

    private Summary() {}

    static void print(PrintWriter out, Watch watch, long published, Map<String, Long> deadLetters) {
        long spent = watch.count(Count.SPENT);
        long baseline = watch.count(Count.BASELINE);
        long[] lags = watch.lags();
        line(out, "requests", "%,d published, %,d decided", published, watch.decided());
        line(out, "dispatched", "%,d  (%s)", watch.count(Count.DISPATCHED), list(watch.dispatched()));
        line(out, "models", "%s", list(watch.models()));
        line(out, "rejected", "%,d  (%s)", watch.count(Count.REJECTED), list(watch.rejected()));
        line(out, "finished", "%,d", watch.count(Count.FINISHED));
        line(out, "tokens", "%,d", watch.count(Count.TOKENS));
        line(out, "spend", "%s", Money.display(spent));
        line(
                out,
                "savings",
                "%s of %s, had everything gone to the strongest model (%s %%)",
                Money.display(baseline - spent),
                Money.display(baseline),
                baseline == 0 ? "0" : String.format(Locale.ROOT, "%.0f", 100.0 * (baseline - spent) / baseline));
        line(
                out,
                "elsewhere",
                "%s of usage that did not come through Turnpike",
                Money.display(watch.count(Count.OTHER_SPENT)));
        line(out, "alerts", "%,d", watch.count(Count.ALERTS));
        line(out, "dead letters", "%s", deadLetters.isEmpty() ? "none" : list(deadLetters));
        if (lags.length > 0) {
            line(
                    out,
                    "feedback lag",
                    "%,d ms at the median, %,d ms at the 99th percentile, usage to headroom",
                    lags[lags.length / 2],
                    lags[(int) (lags.length * 0.99)]);
        }
    }

    private static void line(PrintWriter out, String name, String format, Object... values) {
        out.printf(Locale.ROOT, "  %-13s %s%n", name, String.format(Locale.ROOT, format, values));
    }

    private static String list(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .map(count -> String.format(Locale.ROOT, "%s %,d", count.getKey(), count.getValue()))
                .collect(Collectors.joining(", "));
    }
}
