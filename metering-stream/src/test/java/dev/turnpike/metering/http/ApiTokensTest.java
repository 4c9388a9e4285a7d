package dev.turnpike.metering.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.streams.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ApiTokensTest {

    // SHA-256 of "open-sesame" and of "look"
    private static final String OPEN_SESAME = "d7ecdf25eaf3deba0f2628771dbdd22d4138ab6cf38f91ed02a2ca0dec7c8ab7";
    private static final String LOOK = "3c01eba119e00d79c82b6f65d70bc5f1044d568618bf41377e6d1432023fc2b8";
    private static final Map<String, String> WRITERS = Map.of("ops", OPEN_SESAME);
    private static final Map<String, String> READERS = Map.of("finance", LOOK);

    private HttpServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldLetEverybodyReadWhereNobodyIsNamedWhoMay() throws Exception {
        serve(WRITERS, Map.of());

        assertThat(ask("GET", "/api/v1/things", "")).isEqualTo("200 things");
        assertThat(ask("PUT", "/api/v1/things", "")).startsWith("401 ");
        assertThat(ask("PUT", "/api/v1/things", "open-sesame")).isEqualTo("200 by ops");
    }

    @Test
    void shouldLetOnlyThoseReadWhoHaveAToken() throws Exception {
        serve(WRITERS, READERS);

        assertThat(ask("GET", "/api/v1/things", "")).startsWith("401 ").contains("this needs a token");
        assertThat(ask("GET", "/api/v1/things/a/b", "")).startsWith("401 ");
        assertThat(ask("GET", "/api/v1/things", "LOOK")).startsWith("401 ").contains("the token is not known here");
        assertThat(ask("GET", "/api/v1/things", "look")).isEqualTo("200 things");
        assertThat(ask("GET", "/api/v1/things", "open-sesame")).isEqualTo("200 things");
    }

    @Test
    void shouldNotLetWhoeverMayReadWrite() throws Exception {
        serve(WRITERS, READERS);

        assertThat(ask("PUT", "/api/v1/things", "look"))
                .startsWith("403 ")
                .contains("the token of finance may read, and not edit");
    }

    @Test
    void shouldTakeNoEditsWhereNobodyIsNamedWhoMay() throws Exception {
        serve(Map.of(), READERS);

        assertThat(ask("PUT", "/api/v1/things", "look")).startsWith("403 ").contains("this instance takes no edits");
    }

    @Test
    void shouldSayWhoseATokenIs() throws Exception {
        serve(WRITERS, READERS);

        assertThat(ask("GET", "/api/v1/token", "look")).isEqualTo("200 {\"name\":\"finance\",\"may_write\":false}");
        assertThat(ask("GET", "/api/v1/token", "open-sesame")).isEqualTo("200 {\"name\":\"ops\",\"may_write\":true}");
        assertThat(ask("GET", "/api/v1/token", "else")).startsWith("401 ");
    }

    private void serve(Map<String, String> writers, Map<String, String> readers) {
        ApiTokens tokens = new ApiTokens(writers, readers);
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        server = HttpServer.start("127.0.0.1", 0, metrics, () -> true, () -> true, config -> {
            tokens.addTo(config);
            config.routes.get("/api/v1/things", context -> context.result("things"));
            config.routes.put("/api/v1/things", context -> context.result("by " + tokens.writerOf(context)));
            Answers.problems(config);
        });
    }

    /** Status and body. */
    private String ask(String method, String path, String token) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .method(method, BodyPublishers.noBody());
        if (!token.isEmpty()) {
            request.header("authorization", "Bearer " + token);
        }
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }
}
