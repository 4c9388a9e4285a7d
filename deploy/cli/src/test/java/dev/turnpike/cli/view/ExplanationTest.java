package dev.turnpike.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.Candidate;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.WindowView;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExplanationTest {

    static {
        TrustedEvents.register();
    }

    private static final long AT = Instant.parse("2026-11-22T10:00:00Z").toEpochMilli();
    private static final long MIDNIGHT = Instant.parse("2026-11-23T00:00:00Z").toEpochMilli();

    @Test
    void shouldTellTheWholeStoryOfADowngrade() {
        Decision decision = decision()
                .setOutcome("downgraded")
                .setReason("soft budget support-day presses")
                .setProvider("deepseek")
                .setModel("deepseek-chat")
                .setDowngradedFrom("openai/gpt-5")
                .setOutputCap(271L)
                .setHold(new Amounts(12_300_000, 2_919, 1).toAvro())
                .setBaselineNanoUsd(10_000_000L)
                .setCandidates(List.of(
                        candidate("deepseek", "deepseek-chat")
                                .setSuccess(0.702)
                                .setExpectedNanoUsd(800_000L)
                                .setPerSuccessNanoUsd(1_139_601L)
                                .setBoundNanoUsd(12_300_000L)
                                .build(),
                        candidate("xai", "grok-4")
                                .setExcluded("not allowed by the team's policy")
                                .build()))
                .build();

        assertThat(explain(decision))
                .containsExactly(
                        "request r1 of team support",
                        "  asked      2026-11-22 10:00:00 UTC, model auto, user ann, task type code",
                        "  read from  llm.requests, partition 3, offset 1042",
                        "  outcome    downgraded to deepseek/deepseek-chat, without pressure openai/gpt-5",
                        "  because    soft budget support-day presses",
                        "  floor      success at least 0.60; input at most 2,648 tokens, output at most 271",
                        "  held       $0.01 and 2,919 tokens until usage is known",
                        "  saves      $0.009200 of the $0.01 expected at the strongest model (92 %)",
                        "",
                        "BUDGET       OF       PERIOD    LIMIT  SPENT   HELD   LEFT  TURNS",
                        "support-day  support  soft day  $0.15  $0.12  $0.02  $0.01  2026-11-23 00:00",
                        "",
                        "MODEL                   SUCCESS    ATTEMPT   PER TASK  VERDICT",
                        "deepseek/deepseek-chat    0.702  $0.000800  $0.001140  chosen, at most $0.01",
                        "xai/grok-4                    -          -          -  not allowed by the team's policy");
    }

    @Test
    void shouldTellTheMarginAndWhatTheDecisionWasMadeFrom() {
        Decision decision = decision()
                .setOutcome("routed")
                .setReason("deepseek/deepseek-chat: cheapest per completed task")
                .setProvider("deepseek")
                .setModel("deepseek-chat")
                .setExpectedNanoUsd(1_400_000L)
                .setExpectedSuccess(0.7)
                .setDifficulty(0.62)
                .setCatalogVersion("00000000000000c1")
                .setPerformanceVersion("00000000000000f1")
                .setCandidates(List.of(
                        candidate("deepseek", "deepseek-chat")
                                .setSuccess(0.7)
                                .setExpectedNanoUsd(1_400_000L)
                                .setPerSuccessNanoUsd(2_000_000L)
                                .build(),
                        candidate("openai", "gpt-5")
                                .setSuccess(0.9)
                                .setExpectedNanoUsd(2_700_000L)
                                .setPerSuccessNanoUsd(3_000_000L)
                                .build()))
                .build();

        assertThat(explain(decision))
                .contains("  margin     $0.002000 per completed task; next openai/gpt-5 with $0.003000 (+50 %)")
                .anyMatch(line ->
                        line.startsWith("  seen       catalog 00000000000000c1, performance 00000000000000f1, policy ")
                                && line.endsWith("; difficulty 0.62"));
    }

    @Test
    void shouldSayWhenARejectedRequestMayTryAgain() {
        Decision decision = decision()
                .setOutcome("rejected")
                .setCode("budget-exhausted")
                .setReason("hard budget is spent")
                .setRetryAt(MIDNIGHT)
                .build();

        assertThat(explain(decision))
                .contains(
                        "  outcome    rejected: budget-exhausted",
                        "  try again  from 2026-11-23 00:00:00 UTC on, when the window turns");
    }

    private static Decision.Builder decision() {
        WindowView view = WindowView.newBuilder()
                .setBudget("support-day")
                .setEnforcement("soft")
                .setWindow(new HoldWindow("team", "support", "day", 0L, MIDNIGHT))
                .setLimit(new Amounts(150_000_000, 0, 0).toAvro())
                .setUnit("nano_usd")
                .setSpent(new Amounts(120_000_000, 0, 0).toAvro())
                .setHeld(new Amounts(100_000_000, 0, 0).toAvro())
                .setClosed(new Amounts(80_000_000, 0, 0).toAvro())
                .setEpoch(1)
                .setVersion(9)
                .build();
        return Decision.newBuilder()
                .setTeam("support")
                .setRequestId("r1")
                .setRequestedAt(AT)
                .setSourceTopic("llm.requests")
                .setSourcePartition(3)
                .setSourceOffset(1042)
                .setUser("ann")
                .setTaskType("code")
                .setRequestedModel("auto")
                .setQualityFloor(0.6)
                .setInputBoundTokens(2648)
                .setPolicyVersion("1")
                .setWindows(List.of(view));
    }

    private static Candidate.Builder candidate(String provider, String model) {
        return Candidate.newBuilder().setProvider(provider).setModel(model);
    }

    private static List<String> explain(Decision decision) {
        StringWriter text = new StringWriter();
        new Explanation(decision).print(new PrintWriter(text, true));
        return text.toString().lines().toList();
    }
}
