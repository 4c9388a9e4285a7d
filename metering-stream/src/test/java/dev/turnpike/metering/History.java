package dev.turnpike.metering;

import static dev.turnpike.metering.Given.HOUR;
import static dev.turnpike.metering.Given.MINUTE;
import static dev.turnpike.metering.Given.link;
import static dev.turnpike.metering.Given.offer;
import static dev.turnpike.metering.Given.price;
import static dev.turnpike.metering.Given.tokens;
import static dev.turnpike.metering.Given.usd;

import dev.turnpike.metering.MemoryMeter.Input;
import dev.turnpike.metering.pricing.PriceBook;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.UsageReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** What happened to some requests of a team, at random, as the topics hold it. */
record History(List<Dispatch> dispatches, List<Input.Uses> usage, List<Input.Refuses> refusals, long end) {

    /** Budgets that share positions, differ in their windows, and are passed by some histories. */
    static final TeamPolicy POLICY = Given.policy(
            "America/New_York",
            usd("team", "day", 4_000, 50, 80, 100),
            tokens("team", "day", 900),
            usd("user", "week", 3_000, 80),
            usd("model", "month", 2_500),
            usd("tag:project", "hour", 1_000, 100),
            usd("task", "total", 1_500, 10, 100));

    // the catalog asks other prices than the dispatches: what is booked before its dispatch has to be corrected
    static final PriceBook CATALOG =
            Given.prices(offer("openai", "small", price("small@2", 3)), offer("openai", "large", price("large@2", 11)));

    private static final ChainModel SMALL = link("openai", "small", price("small@1", 2));
    private static final ChainModel LARGE = link("openai", "large", price("large@1", 10));
    // the night of a clock change, so that days have 25 hours and an hour comes twice
    private static final long START = Instant.parse("2026-10-31T18:00:00Z").toEpochMilli();

    static History of(Random random) {
        List<Dispatch> dispatches = new ArrayList<>();
        List<Input.Uses> usage = new ArrayList<>();
        List<Input.Refuses> refusals = new ArrayList<>();
        int requests = 1 + random.nextInt(4);
        for (int i = 0; i < requests; i++) {
            request(
                    "r" + i,
                    START + random.nextInt(14) * HOUR + random.nextInt(60) * MINUTE,
                    random,
                    dispatches,
                    usage,
                    refusals);
        }
        return new History(dispatches, usage, refusals, START + 48 * HOUR);
    }

    /** The same records in another order of the topics; repeats of usage and useless ticks are mixed in. */
    List<Input> interleaved(Random random) {
        List<Input> inputs = new ArrayList<>(usage);
        usage.stream().filter(uses -> random.nextInt(4) == 0).forEach(inputs::add);
        inputs.addAll(refusals);
        Collections.shuffle(inputs, random);
        int at = 0;
        for (Dispatch dispatch : dispatches) {
            at += random.nextInt(inputs.size() - at + 1);
            inputs.add(at, new Input.Opens(dispatch));
            at++;
        }
        for (int ticks = random.nextInt(4); ticks > 0; ticks--) {
            inputs.add(random.nextInt(inputs.size() + 1), new Input.Ticks(START + random.nextInt(20) * HOUR));
        }
        inputs.add(new Input.Ticks(end));
        return inputs;
    }

    /** The policy with some of its budgets. */
    static TeamPolicy someBudgets(Random random) {
        return TeamPolicy.newBuilder(POLICY)
                .setBudgets(POLICY.getBudgets().stream()
                        .filter(budget -> random.nextBoolean())
                        .toList())
                .build();
    }

    /** The same records while budgets come and go; in the end all of them are there. */
    static List<Input> withChangesOfPolicy(List<Input> inputs, Random random) {
        List<Input> changed = new ArrayList<>();
        int changes = 1 + random.nextInt(3);
        Set<Integer> places = new TreeSet<>();
        for (int i = 0; i < changes; i++) {
            places.add(random.nextInt(inputs.size()));
        }
        long newest = START;
        TeamPolicy counted = null;
        for (int i = 0; i < inputs.size(); i++) {
            if (places.contains(i)) {
                counted = someBudgets(random);
                changed.add(new Input.Applies(counted));
            } else if (counted != null && random.nextInt(3) == 0) {
                changed.add(new Input.Counts(newest));
                counted = null;
            }
            if (i == inputs.size() / 2) {
                changed.add(new Input.Applies(POLICY));
                changed.add(new Input.Counts(newest));
                places.clear();
                counted = null;
            }
            changed.add(inputs.get(i));
            newest = Math.max(newest, timeOf(inputs.get(i)));
        }
        return changed;
    }

    private static long timeOf(Input input) {
        if (input instanceof Input.Opens opens) {
            return opens.dispatch().getAdmittedAt();
        }
        return input instanceof Input.Uses uses ? uses.at() : START;
    }

    private static void request(
            String id,
            long at,
            Random random,
            List<Dispatch> dispatches,
            List<Input.Uses> usage,
            List<Input.Refuses> refusals) {
        LlmRequest request = Given.request(id)
                .setUser(random.nextBoolean() ? "ann" : random.nextBoolean() ? "bob" : null)
                .setTaskId(random.nextBoolean() ? "task-1" : null)
                .setTags(random.nextBoolean() ? Map.of("project", "p" + random.nextInt(2), "stage", "s") : Map.of())
                .build();
        boolean dispatched = random.nextInt(5) > 0;
        int decisions = dispatched ? 1 + random.nextInt(2) : 0;
        int attempts = 0;
        for (int decision = 0; decision < Math.max(1, decisions); decision++) {
            int firstAttempt = attempts + 1;
            int tries = random.nextInt(3);
            for (int i = 0; i < tries; i++) {
                attempt(id, ++attempts, at, random, usage);
            }
            if (decision < decisions) {
                ChainModel[] chain = random.nextBoolean()
                        ? new ChainModel[] {SMALL, LARGE}
                        : new ChainModel[] {random.nextBoolean() ? SMALL : LARGE};
                dispatches.add(Given.dispatch(
                                request,
                                POLICY,
                                at,
                                new Amounts(random.nextInt(1_500), random.nextInt(300), decision == 0 ? 1 : 0),
                                chain)
                        .setDecision(decision)
                        .setFirstAttempt(firstAttempt)
                        .setOnExpiry(random.nextInt(4) == 0 ? "release" : "capture")
                        .build());
            }
        }
        int outcome = random.nextInt(4);
        if (outcome == 0 && attempts == 0) {
            usage.add(new Input.Uses(
                    Given.usage(id, 1, "openai", "small")
                            .setOccurredAt(at)
                            .setUsageId(id + "#none")
                            .setAttempt(null)
                            .setStatus("not-executed")
                            .setFinal$(true)
                            .setAttempts(0)
                            .build(),
                    at + MINUTE));
            return;
        }
        if (outcome == 1 && dispatched) {
            refusals.add(new Input.Refuses(id, attempts, at + 2 * MINUTE));
            return;
        }
        Input.Uses last = usage.isEmpty() ? null : usage.get(usage.size() - 1);
        if (outcome > 1 && last != null && isOf(id, last.report())) {
            usage.set(
                    usage.size() - 1,
                    new Input.Uses(
                            UsageReport.newBuilder(last.report())
                                    .setFinal$(true)
                                    .setAttempts(outcome == 2 ? attempts : null)
                                    .build(),
                            last.at()));
        }
    }

    private static boolean isOf(String id, UsageReport report) {
        return id.equals(report.getRequestId()) && !report.getStatus().equals("started");
    }

    private static void attempt(String id, int attempt, long at, Random random, List<Input.Uses> usage) {
        long later = at + random.nextInt(120) * MINUTE;
        String[] models = {"small", "small", "large", "off-chain"};
        UsageReport.Builder report = Given.usage(id, attempt, "openai", models[random.nextInt(models.length)])
                .setOccurredAt(at)
                .setInputTokens(random.nextInt(60))
                .setOutputTokens(random.nextInt(60))
                .setUser(random.nextBoolean() ? "cyd" : null)
                .setStatus(random.nextInt(3) == 0 ? "error" : "ok")
                .setProvider(random.nextInt(6) == 0 ? null : "openai");
        if (random.nextInt(8) == 0) {
            report.setRequestId(null);
        }
        if (random.nextInt(3) == 0) {
            usage.add(new Input.Uses(
                    UsageReport.newBuilder(report)
                            .setUsageId(id + "#" + attempt + "#started")
                            .setStatus("started")
                            .setBoundNanoUsd(random.nextInt(4) == 0 ? null : (Long) (long) random.nextInt(900))
                            .build(),
                    later - MINUTE));
        }
        // an executor that died leaves an attempt without a report
        if (random.nextInt(5) > 0) {
            usage.add(new Input.Uses(report.build(), later));
        }
    }
}
