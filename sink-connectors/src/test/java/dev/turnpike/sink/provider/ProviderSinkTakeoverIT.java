package dev.turnpike.sink.provider;

import static dev.turnpike.sink.provider.Dispatches.dispatch;
import static dev.turnpike.sink.provider.Dispatches.withHoldFor;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.LocalConnect;
import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.UsageReport;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProviderSinkTakeoverIT {

    private static final List<String> TEAMS = List.of("search", "ads", "maps", "mail", "video");
    private static final int EACH = 6;

    @TempDir
    private Path dir;

    @Test
    void shouldNotRepeatAFinishedCallAndReportEverythingOnceAfterAKill() throws Exception {
        try (SinkScene scene = SinkScene.set("sink-crash.", SimulatedProvider.Options.standard())) {
            // given a worker that has finished some dispatches and has others on their way, which are slow the first
            // time
            Process worker = SinkProcess.start(dir, scene.settings());
            Map<String, Integer> expectedCalls = new HashMap<>();
            for (String team : TEAMS) {
                for (int i = 0; i < EACH; i++) {
                    scene.publish(given(team, "slow-" + i, true));
                    scene.publish(given(team, "quick-" + i, false));
                    scene.publish(withHoldFor(2, given(team, "twice-" + i, true)));
                    expectedCalls.put(team + "/slow-" + i + "#1", 1);
                    expectedCalls.put(team + "/quick-" + i + "#1", 1);
                    expectedCalls.put(team + "/twice-" + i + "#1", 1);
                }
            }
            int of = TEAMS.size() * EACH;
            scene.await(
                    written -> finalReports(written) == of && scene.provider().open() == 2 * of);

            // when it is killed, one more call is cancelled, and another worker takes over
            worker.destroyForcibly().waitFor();
            for (String team : TEAMS) {
                scene.cancel(team, "twice-0");
                scene.publish(given(team, "after", false));
                expectedCalls.put(team + "/after#1", 1);
                for (int i = 1; i < EACH; i++) {
                    expectedCalls.put(team + "/twice-" + i + "#2", 1);
                }
            }
            try (LocalConnect connect = LocalConnect.start(scene.cluster().bootstrapServers(), dir)) {
                connect.deploy(scene.settings());
                scene.await(written -> finalReports(written) == 2 * of + TEAMS.size()
                        && written.redecisions().size() == of);
            }

            // then every call was made once, and those that were cut only where the hold paid for their bound
            assertThat(scene.provider().calls()).isEqualTo(expectedCalls);
            assertThat(scene.usage())
                    .extracting(report -> report.getTeam() + "/" + report.getUsageId())
                    .doesNotHaveDuplicates()
                    .hasSize(2 * expectedCalls.size() - 2 * of + TEAMS.size());
            assertThat(scene.redecisions()).extracting(Redecision::getRequestId).allMatch(id -> id.startsWith("slow-"));
            for (String team : TEAMS) {
                assertThat(scene.usage("twice-0"))
                        .filteredOn(report -> report.getTeam().equals(team))
                        .extracting(UsageReport::getStatus)
                        .containsExactly("started", "not-executed");
                assertThat(scene.usage("twice-1"))
                        .filteredOn(report -> report.getTeam().equals(team))
                        .extracting(UsageReport::getUsageId)
                        .containsExactly("twice-1#1#started", "twice-1#2#started", "twice-1#2");
            }
        }
    }

    @Test
    void shouldRepeatNoneOfAThousandAnswersBehindASlowStreamAfterAKill() throws Exception {
        try (SinkScene scene = SinkScene.set("sink-thousand.", SimulatedProvider.Options.standard())) {
            // given a stream that is still open, and a thousand answers of the same partition behind it
            Dispatch slow = given("search", "stream", true);
            slow.getRequest().setStream(true);
            scene.publish(slow);
            Process worker = SinkProcess.start(dir, scene.settings());
            scene.await(written -> scene.provider().open() == 1);
            for (int i = 0; i < 1_000; i++) {
                scene.publish(given("search", "r" + i, false));
            }
            scene.await(written -> finalReports(written) == 1_000);

            // when the worker is killed, and another takes over
            worker.destroyForcibly().waitFor();
            scene.publish(given("search", "after", false));
            try (LocalConnect connect = LocalConnect.start(scene.cluster().bootstrapServers(), dir)) {
                connect.deploy(scene.settings());
                scene.await(written -> finalReports(written) == 1_002);
            }

            // then no call was made twice, and the stream, which was heard, counts its bound
            assertThat(scene.provider().calls())
                    .hasSize(1_002)
                    .allSatisfy((id, count) -> assertThat(count).isOne());
            assertThat(scene.usage("stream"))
                    .extracting(UsageReport::getStatus)
                    .containsExactly("started", "not-executed");
        }
    }

    @Test
    void shouldMakeEveryCallOnceWhileWorkersComeAndGo(@TempDir Path otherDir) {
        try (SinkScene scene = SinkScene.set("sink-moves.", SimulatedProvider.Options.standard());
                LocalConnect first = LocalConnect.start(scene.cluster().bootstrapServers(), dir);
                LocalConnect second = LocalConnect.start(scene.cluster().bootstrapServers(), otherDir)) {
            // given calls that are open most of the time
            first.deploy(scene.settings());
            publish(scene, 0, 10);
            scene.await(written -> scene.provider().open() > 0);

            // when a worker comes, and the one before goes
            second.deploy(scene.settings());
            publish(scene, 10, 20);
            scene.await(written -> finalReports(written) >= 10 * TEAMS.size());
            publish(scene, 20, 30);
            first.close();
            publish(scene, 30, 40);

            // then
            int of = 40 * TEAMS.size();
            scene.await(written -> finalReports(written) == of);
            assertThat(scene.provider().calls()).hasSize(of).allSatisfy((id, count) -> {
                assertThat(id).endsWith("#1");
                assertThat(count).isOne();
            });
            assertThat(scene.usage()).hasSize(2 * of);
            assertThat(scene.redecisions()).isEmpty();
        }
    }

    private static void publish(SinkScene scene, int from, int to) {
        for (int i = from; i < to; i++) {
            for (String team : TEAMS) {
                Dispatch dispatch = given(team, "r" + i, false);
                dispatch.getRequest().setParams("{\"metadata\":{\"trace_latency_ms\":\"" + (100 + 10 * i) + "\"}}");
                scene.publish(dispatch);
            }
        }
    }

    private static long finalReports(SinkScene scene) {
        return scene.usage().stream().filter(UsageReport::getFinal$).count();
    }

    private static Dispatch given(String team, String requestId, boolean isSlowAtFirst) {
        Dispatch dispatch = dispatch(requestId, "simulated/small");
        dispatch.setTeam(team);
        dispatch.getRequest().setTeam(team);
        dispatch.getRequest()
                .setParams("{\"metadata\":{\"trace_latency_ms\":\"20\""
                        + (isSlowAtFirst ? ",\"fault\":\"slow\",\"fault_calls\":\"1\"" : "") + "}}");
        return dispatch;
    }
}
