package dev.turnpike.metering.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.Damage;
import dev.turnpike.metering.Given;
import dev.turnpike.metering.state.MeterView;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.streams.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whatever comes to the port of the API: it is answered, or refused as the client's mistake, and others are answered after it. */
class MeterApiFuzzTest {

    private static final List<String> REQUESTS = List.of(
            "GET /api/v1/spend?team=search&by=user,model&window=1h&from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z HTTP/1.1\r\n"
                    + "host: meter\r\nconnection: close\r\n\r\n",
            "GET /api/v1/teams/search/budgets HTTP/1.1\r\nhost: meter\r\nconnection: close\r\naccept: */*\r\n\r\n");

    @Test
    void shouldAnswerOrSayWhatIsWrong() throws IOException {
        MeterApi api =
                new MeterApi(nothingBooked(), new Alone(), InstantSource.fixed(Instant.ofEpochMilli(Given.NOON)));
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Damage damage = new Damage(1);
        try (HttpServer server = HttpServer.start("127.0.0.1", 0, metrics, () -> true, () -> true, api::addTo)) {
            int tries = Damage.tries(300);
            for (int i = 0; i < tries; i++) {
                String request = damage.of(REQUESTS.get(i % REQUESTS.size()));
                assertThat(status(server.port(), request))
                        .as("try %d: %s", i, request)
                        // nothing: what came is not HTTP, or not all of it
                        .matches("|HTTP/1\\.[01] [234]\\d\\d .*|HTTP/1\\.1 50[15] .*");
            }

            assertThat(status(server.port(), REQUESTS.get(1))).startsWith("HTTP/1.1 200 ");
        }
    }

    private static String status(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            // a request that is cut short must not be waited for
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.lines().findFirst().orElse("");
        } catch (SocketException e) {
            return "";
        }
    }

    /** A meter that knows a team and has booked nothing, whatever it is asked for. */
    private static MeterView nothingBooked() {
        return (MeterView) Proxy.newProxyInstance(
                MeterView.class.getClassLoader(), new Class<?>[] {MeterView.class}, (view, method, arguments) -> {
                    if (method.getReturnType() == SortedSet.class) {
                        return new TreeSet<>(List.of("search"));
                    }
                    if (method.getReturnType() == SortedMap.class) {
                        return new TreeMap<>(Map.of(0, Given.NOON));
                    }
                    if (method.getReturnType() == int.class) {
                        return 1;
                    }
                    return method.getReturnType() == TeamPolicy.class ? Given.policy("UTC") : List.of();
                });
    }
}
