package dev.turnpike.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.gateway.Scene.OpenDoor;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a call through the door takes longer than the same call to the provider itself, one after the other. Prints it as one
 * JSON line and judges nothing: how fast a machine is, is not a property of the code.
 *
 * <p>The door's own share is told by the topics: what is left of the whole when the time from the broker's receipt of the
 * request to the broker's receipt of the final completion is taken off.
 */
@ExtendWith(OneScene.class)
class DoorLatencyIT {

    private static final int WARM_UP = 60;
    private static final int CALLS = 100;
    private static final int PROVIDER_MILLIS = 20;
    private static final String BODY =
            "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":\"measured %d\"}],"
                    + "\"metadata\":{\"trace_latency_ms\":\"" + PROVIDER_MILLIS + "\",\"trace_output_tokens\":\"8\"}}";

    @Test
    void shouldTellWhatTheDoorAddsToACall(Scene scene) throws Exception {
        try (OpenDoor door = scene.door(Map.of())) {
            String key = scene.key("search", "ann", door);
            String direct = scene.provider().url() + "/chat/completions";
            String through = door.url() + "/chat/completions";
            measure(direct, key, WARM_UP);
            measure(through, key, WARM_UP);

            double baseline = median(measure(direct, key, CALLS));
            double[] millis = measure(through, key, CALLS);
            double inside = median(scene.millisBetweenRequestAndCompletion("measured ", CALLS));

            System.out.printf(
                    Locale.ROOT,
                    "{\"bench\":\"door\",\"calls\":%d,\"baseline_p50_ms\":%.1f,\"p50_ms\":%.1f,\"p99_ms\":%.1f,"
                            + "\"ratio\":%.2f,\"topics_p50_ms\":%.1f,\"door_p50_ms\":%.1f}%n",
                    CALLS,
                    baseline,
                    median(millis),
                    millis[(int) (millis.length * 0.99)],
                    median(millis) / baseline,
                    inside,
                    median(millis) - inside);
            assertThat(millis).hasSize(CALLS);
        }
    }

    private static double[] measure(String url, String key, int calls) throws Exception {
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        double[] millis = new double[calls];
        for (int i = 0; i < calls; i++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .header("authorization", "Bearer " + key)
                    .POST(BodyPublishers.ofString(String.format(Locale.ROOT, BODY, i)))
                    .build();
            long begun = System.nanoTime();
            int status = http.send(request, BodyHandlers.ofString()).statusCode();
            millis[i] = (System.nanoTime() - begun) / 1e6;
            assertThat(status).isEqualTo(200);
        }
        Arrays.sort(millis);
        return millis;
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }
}
