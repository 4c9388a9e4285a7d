package dev.turnpike.sink.provider;

import static dev.turnpike.sink.provider.Dispatches.dispatch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.SimulatedProvider;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.UsageReport;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many slow calls a worker with little memory holds open; {@code deploy/docs/connectors.md} gives the command. */
class ManyCallsIT {

    private static final Logger LOG = LoggerFactory.getLogger(ManyCallsIT.class);
    private static final int CALLS = 2_000;

    @Test
    void shouldHoldTwoThousandSlowCallsOpenInLittleMemory(@TempDir Path dir) throws Exception {
        try (SinkScene scene = SinkScene.set("sink-many.", SimulatedProvider.Options.standard())) {
            // given a worker with a heap of 256 MB
            int port = freePort();
            Map<String, String> settings = scene.settings();
            settings.put("provider.simulated.max.in.flight", Integer.toString(CALLS));
            settings.put("max.unfinished", Integer.toString(CALLS));
            settings.put("metrics.listen", "127.0.0.1:" + port);
            for (int i = 0; i < CALLS; i++) {
                scene.publish(given(i));
            }

            // when
            Process worker = SinkProcess.start(dir, settings);
            try {
                scene.await(written -> scene.provider().mostOpen() == CALLS);
                String metrics = scrape(port);
                LOG.warn(
                        "{} calls open, {} threads, {} MB of heap used",
                        metric(metrics, "turnpike_calls_open"),
                        metric(metrics, "jvm_threads_live_threads"),
                        heap(metrics) >> 20);

                // then
                assertThat(metric(metrics, "turnpike_calls_open")).isEqualTo(CALLS);
                assertThat(metric(metrics, "jvm_threads_live_threads")).isLessThan(100);
                scene.await(written ->
                        written.usage().stream().filter(UsageReport::getFinal$).count() == CALLS);
                assertThat(scene.provider().calls())
                        .hasSize(CALLS)
                        .allSatisfy((id, count) -> assertThat(count).isOne());
                assertThat(scene.usage()).extracting(UsageReport::getStatus).containsOnly("started", "ok");
            } finally {
                worker.destroyForcibly().waitFor();
            }
        }
    }

    private static Dispatch given(int i) {
        Dispatch dispatch = dispatch("r" + i, "simulated/small");
        dispatch.setTeam("team-" + i % 16);
        dispatch.getRequest().setTeam(dispatch.getTeam());
        dispatch.getRequest().setParams("{\"metadata\":{\"trace_latency_ms\":\"10000\"}}");
        return dispatch;
    }

    private static String scrape(int port) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    private static long heap(String metrics) {
        return metrics.lines()
                .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .mapToLong(ManyCallsIT::value)
                .sum();
    }

    private static long metric(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(ManyCallsIT::value)
                .sum();
    }

    private static long value(String line) {
        return (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
