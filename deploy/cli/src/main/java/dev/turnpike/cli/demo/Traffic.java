package dev.turnpike.cli.demo;

import dev.turnpike.cli.demo.Trace.Arrival;
import dev.turnpike.schemas.BudgetWindow;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.UsageReport;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Who sends the requests of a trace, and what is in them: the same for every run, apart from the run's name in the ids.
 *
 * @param run part of every request id, so that two runs on the same data do not repeat each other's
 */
public record Traffic(String run) {

    /** An employee whose weekly budget is nearly spent before the demo begins. */
    static final String THRIFTLESS = "ann";

    private static final long SEED = 20_231_116;
    private static final ZoneId PLATFORM_ZONE = ZoneId.of("America/New_York");
    static final int EARLIER_REPORTS = 10;
    // 12,000,000 × 1.25 + 499,400 × 10 USD per million are 19.994 USD of openai/gpt-5; ten of them are 199.94
    private static final long EARLIER_INPUT = 12_000_000;
    private static final long EARLIER_OUTPUT = 499_400;
    private static final int REQUESTS_OF_A_TASK = 12;
    private static final int ANSWER_ROOM = 256;

    // four bytes each, a token each: a prompt of n words has n tokens by anybody's count
    private static final List<String> WORDS =
            List.of("the ", "and ", "for ", "new ", "int ", "map ", "get ", "put ", "try ", "var ", "key ", "set ");

    private static final List<Sender> SENDERS = List.of(
            new Sender("search", 40, List.of("ada", "ben", "cai", "dev", "eve", "fay")),
            new Sender("support", 22, List.of("gus", "hal", "ida")),
            new Sender("research", 18, List.of("jan", "kim")),
            new Sender("platform", 17, List.of(THRIFTLESS, "leo", "mia", "noa")),
            new Sender("skunkworks", 3, List.of("zed")));

    private record Sender(String team, int share, List<String> users) {}

    /** The request that stands at this place of a trace. */
    public LlmRequest request(int number, Arrival arrival) {
        SplittableRandom random = new SplittableRandom(SEED + number);
        Sender sender = sender(random.nextInt(100));
        int latency = 120 + arrival.inputTokens() / 50 + 12 * arrival.outputTokens();
        return LlmRequest.newBuilder()
                .setRequestId(run + "-" + number)
                .setTeam(sender.team())
                .setUser(sender.users().get(random.nextInt(sender.users().size())))
                .setTaskId(sender.team() + "-task-" + number / REQUESTS_OF_A_TASK)
                .setTaskType("code")
                .setTags(Map.of("feature", random.nextInt(3) == 0 ? "completion" : "review"))
                .setModel(sender.team().equals("search") && random.nextInt(10) == 0 ? "house-model" : "auto")
                .setMessages("[{\"role\":\"user\",\"content\":\"" + prompt(random, arrival.inputTokens()) + "\"}]")
                .setParams("{\"metadata\":{\"trace_output_tokens\":\"" + arrival.outputTokens()
                        + "\",\"trace_latency_ms\":\"" + latency + "\"}}")
                .setMaxOutputTokens((long) arrival.outputTokens() + ANSWER_ROOM)
                .setStream(random.nextInt(5) == 0)
                .build();
    }

    /**
     * What {@value #THRIFTLESS} spent elsewhere in the week of an instant: 199.94 of 200 dollars. The ids name the week, so
     * that a second run in the same week does not count it again.
     */
    public static List<UsageReport> earlierUsage(long now) {
        long week = BudgetWindow.at(BudgetWindow.Period.WEEK, PLATFORM_ZONE, DayOfWeek.SUNDAY, now)
                .start();
        List<UsageReport> reports = new ArrayList<>();
        for (int i = 0; i < EARLIER_REPORTS; i++) {
            reports.add(UsageReport.newBuilder()
                    .setUsageId("week-" + week + "-" + i)
                    .setSource("another-gateway")
                    .setTeam("platform")
                    .setUser(THRIFTLESS)
                    .setProvider("openai")
                    .setModel("gpt-5")
                    .setTaskType("bulk-review")
                    .setOccurredAt(now)
                    .setInputTokens(EARLIER_INPUT)
                    .setOutputTokens(EARLIER_OUTPUT)
                    .build());
        }
        return reports;
    }

    private static Sender sender(int percentile) {
        int upTo = 0;
        for (Sender sender : SENDERS) {
            upTo += sender.share();
            if (percentile < upTo) {
                return sender;
            }
        }
        throw new IllegalStateException("the shares add up to " + upTo);
    }

    private static String prompt(SplittableRandom random, int tokens) {
        StringBuilder prompt = new StringBuilder(4 * tokens);
        for (int i = 0; i < tokens; i++) {
            prompt.append(WORDS.get(random.nextInt(WORDS.size())));
        }
        return prompt.toString();
    }
}
