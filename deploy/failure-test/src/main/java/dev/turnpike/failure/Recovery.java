package dev.turnpike.failure;

import dev.turnpike.failure.Fault.Kind;
import dev.turnpike.failure.Instance.Role;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How long it took after faults of one kind until there was something new and committed on every partition: decisions
 * where a router was hit, ledger entries where a meter was, completions where the sink was, and all three where it was
 * something that all need.
 *
 * @param count how many faults
 * @param medianSeconds median of the time; NaN where nothing recovered
 * @param maxSeconds the longest
 * @param unanswered faults after which on some partition nothing came any more, since the load ended first
 */
record Recovery(Kind kind, int count, double medianSeconds, double maxSeconds, int unanswered) {

    /** One for each kind that was injected. */
    static List<Recovery> of(List<Fault> faults, Watch watch) {
        Map<Kind, List<Double>> seconds = new EnumMap<>(Kind.class);
        Map<Kind, Integer> unanswered = new EnumMap<>(Kind.class);
        for (Fault fault : faults) {
            long nanos = watch.recoveredNanos(topics(fault.kind()), fault.atNanos());
            List<Double> known = seconds.computeIfAbsent(fault.kind(), absent -> new ArrayList<>());
            if (nanos < 0) {
                unanswered.merge(fault.kind(), 1, Integer::sum);
            } else {
                known.add(nanos / 1e9);
            }
        }
        List<Recovery> recoveries = new ArrayList<>();
        seconds.forEach((kind, known) -> {
            double[] sorted = Tally.sorted(known);
            int missing = unanswered.getOrDefault(kind, 0);
            recoveries.add(new Recovery(
                    kind,
                    sorted.length + missing,
                    Tally.percentile(sorted, 0.5),
                    Tally.percentile(sorted, 1),
                    missing));
        });
        return recoveries;
    }

    private static List<Topic<?>> topics(Kind kind) {
        Role role = kind.role();
        if (role == Role.ROUTER) {
            return List.of(Topics.DECISIONS);
        }
        if (role == Role.METER) {
            return List.of(Topics.LEDGER);
        }
        if (role == Role.SINK) {
            return List.of(Topics.COMPLETIONS);
        }
        return List.of(Topics.DECISIONS, Topics.LEDGER, Topics.COMPLETIONS);
    }
}
