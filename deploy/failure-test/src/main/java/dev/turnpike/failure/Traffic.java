package dev.turnpike.failure;

import dev.turnpike.schemas.Ownership;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What the users of the system do, from a seed: who asks for what, how large it is and what the model will do with it.
 *
 * <p>Time passes in waves. In each wave every {@link Limit} has a team of its own that asks for about twice what it may
 * have, so hot teams come and are stopped all the time. Four steady teams, one on each partition, ask all the time and are
 * not limited: by them it shows how long an outage lasts.
 */
final class Traffic {

    /** Between admission and the last start of an attempt. */
    static final Duration DEADLINE = Duration.ofSeconds(40);

    /** How long a hold stays open without a final report. */
    static final Duration HOLD_TTL = Duration.ofSeconds(75);

    static final Duration WAVE = Duration.ofSeconds(40);

    private static final int STEADY_PERCENT = 25;
    private static final int BURST_PERCENT = 10;
    private static final int BURST = 8;
    private static final List<String> WORDS =
            List.of("the ", "and ", "for ", "new ", "int ", "map ", "get ", "put ", "try ", "var ", "key ", "set ");

    private final SplittableRandom random;
    private final List<String> steady;
    private final int waves;
    private long number;

    /** What stops the hot teams of a kind. */
    enum Limit {
        DAY(120_000_000L, "- {name: day, scope: team, period: day, limit_usd: 0.12}"),
        MONTH(120_000_000L, "- {name: month, scope: team, period: month, limit_usd: 0.12}"),
        USER(60_000_000L, "- {name: user, scope: user, period: week, limit_usd: 0.06}"),
        TASK(60_000_000L, "- {name: task, scope: task, period: total, limit_usd: 0.06}"),
        TOKENS(0, "- {name: tokens, scope: team, period: day, limit_tokens: 60000}"),
        REQUESTS(0, "- {name: requests, scope: team, period: hour, limit_requests: 80}"),
        SEVERAL(140_000_000L, """
                - {name: month, scope: team, period: month, limit_usd: 0.14}
                  - {name: user, scope: user, period: day, limit_usd: 0.08}
                  - {name: task, scope: task, period: total, limit_usd: 0.05}
                  - {name: economy, scope: team, period: day, limit_usd: 0.1, enforcement: soft, alert_at: [50, 80]}""");

        private final long nanoUsd;
        private final String budgets;

        Limit(long nanoUsd, String budgets) {
            this.nanoUsd = nanoUsd;
            this.budgets = budgets;
        }

        /** The limit in cost on the team, or on each of its users or tasks; 0 where it is not in cost. */
        long nanoUsd() {
            return nanoUsd;
        }

        String team(int wave) {
            return name().toLowerCase(Locale.ROOT) + "-" + wave;
        }
    }

    /** Something that goes wrong at the provider. */
    enum Trouble {
        NONE,
        ERROR_500,
        CUT_MID_STREAM,
        NO_USAGE
    }

    /**
     * One request.
     *
     * @param prompt what is asked
     * @param outputTokens what the model will answer with
     * @param outputCap what it may answer with
     */
    record Ask(
            String team,
            String requestId,
            String user,
            String task,
            String prompt,
            int outputTokens,
            int outputCap,
            int latencyMillis,
            boolean stream,
            Trouble trouble) {}

    /** @param waves how many waves there are policies for; the last one lasts on */
    Traffic(long seed, int waves) {
        this.random = new SplittableRandom(seed);
        this.waves = waves;
        this.steady = IntStream.range(0, World.PARTITIONS)
                .mapToObj(Traffic::steadyTeam)
                .toList();
    }

    /**
     * What is asked at a time since the first wave began: mostly one request, sometimes several of a team at once. Before
     * that, only the steady teams ask.
     */
    List<Ask> next(Duration since) {
        if (since.isNegative() || random.nextInt(100) < STEADY_PERCENT) {
            return List.of(ask(steady.get((int) (number % steady.size()))));
        }
        int wave = (int) Math.min(waves - 1, since.toMillis() / WAVE.toMillis());
        Limit limit = Limit.values()[random.nextInt(Limit.values().length)];
        int count = random.nextInt(100) < BURST_PERCENT ? BURST : 1;
        return IntStream.range(0, count).mapToObj(i -> ask(limit.team(wave))).toList();
    }

    /** How many requests one call of {@link #next} gives, on average. */
    static double meanAsks() {
        return STEADY_PERCENT / 100.0 + (1 - STEADY_PERCENT / 100.0) * (1 + BURST_PERCENT / 100.0 * (BURST - 1));
    }

    private Ask ask(String team) {
        number++;
        int words = 60 + random.nextInt(240);
        StringBuilder prompt = new StringBuilder(4 * words);
        for (int i = 0; i < words; i++) {
            prompt.append(WORDS.get(random.nextInt(WORDS.size())));
        }
        int output = 20 + random.nextInt(180);
        int trouble = random.nextInt(200);
        return new Ask(
                team,
                "r" + number,
                "user" + random.nextInt(2),
                team + "-task" + random.nextInt(2),
                prompt.toString(),
                output,
                256,
                100 + random.nextInt(1_400),
                random.nextInt(4) == 0,
                trouble < Trouble.values().length - 1 ? Trouble.values()[trouble + 1] : Trouble.NONE);
    }

    /** Two models, one dearer than the other, and a policy for every team. */
    static String documents(int waves) {
        StringBuilder yaml = new StringBuilder("""
                kind: ModelOffer
                provider: openai
                model: gpt-4o
                quality: {"*": 0.9}
                prices: [{effective_from: 2026-01-01, input_usd_per_million: 2.5, output_usd_per_million: 10}]
                ---
                kind: ModelOffer
                provider: openai
                model: gpt-4o-mini
                quality: {"*": 0.7}
                prices: [{effective_from: 2026-01-01, input_usd_per_million: 0.15, output_usd_per_million: 0.6}]
                ---
                kind: TeamPolicy
                team: "*"
                hold_ttl: %ds
                routing: {quality_floor: 0.8}
                budgets: [{name: ample, scope: team, period: month, limit_usd: 100000}]
                """.formatted(HOLD_TTL.toSeconds()));
        for (int wave = 0; wave < waves; wave++) {
            for (Limit limit : Limit.values()) {
                yaml.append("""
                        ---
                        kind: TeamPolicy
                        team: %s
                        hold_ttl: %ds
                        routing: {quality_floor: 0.8}
                        budgets:
                          %s
                        """.formatted(limit.team(wave), HOLD_TTL.toSeconds(), limit.budgets));
            }
        }
        return yaml.toString();
    }

    private static String steadyTeam(int partition) {
        int i = 0;
        while (Ownership.partitionOf("steady-" + i, World.PARTITIONS) != partition) {
            i++;
        }
        return "steady-" + i;
    }
}
