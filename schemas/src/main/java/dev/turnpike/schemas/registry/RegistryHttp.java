package dev.turnpike.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnpike.schemas.registry.RegistryConfig.Server;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges JSON with the servers of one registry.
 *
 * <p>A round asks each server once, beginning with the one that answered last. After a round in which all of them
 * failed to answer, or answered 408, 429 or 5xx, it waits and begins another, up to {@code max.retries} more.
 */
final class RegistryHttp {

    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RegistryConfig config;
    private final HttpClient client;
    private volatile int preferred;

    RegistryHttp(RegistryConfig config) {
        this.config = config;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(config.connectTimeout())
                .build();
    }

    /** An answer that is final: a success, or a refusal that another try would not change. */
    record Answer(int status, JsonNode body) {

        boolean ok() {
            return status / 100 == 2;
        }

        /** The registry's own error code, more precise than the HTTP status; 0 where it gave none. */
        int errorCode() {
            return body.path("error_code").asInt();
        }

        String message() {
            String message = body.path("message").asText().replaceAll("\\s+", " ");
            return status + (message.length() > 300 ? " " + message.substring(0, 300) + "…" : " " + message);
        }
    }

    Answer exchange(String method, String path, @Nullable JsonNode body) {
        String failure = "";
        Throwable cause = null;
        for (int round = 0; round <= config.maxRetries(); round++) {
            if (round > 0) {
                pause(round);
            }
            int first = preferred;
            for (int i = 0; i < config.servers().size(); i++) {
                int index = (first + i) % config.servers().size();
                Server server = config.servers().get(index);
                try {
                    HttpResponse<String> response = send(server, method, path, body);
                    if (!isTransient(response.statusCode())) {
                        preferred = index;
                        return new Answer(response.statusCode(), parse(response.body()));
                    }
                    failure = server + " answered " + response.statusCode();
                } catch (ExecutionException e) {
                    cause = e.getCause();
                    failure = server + ": " + cause;
                } catch (TimeoutException e) {
                    cause = e;
                    failure = server + ": no answer within the time of http.read.timeout.ms";
                }
            }
        }
        throw new RegistryException(
                "the schema registry does not answer (" + failure.replaceAll("\\s+", " ") + "); check "
                        + RegistryConfig.URL,
                cause);
    }

    private HttpResponse<String> send(Server server, String method, String path, @Nullable JsonNode body)
            throws ExecutionException, TimeoutException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .header("Accept", CONTENT_TYPE + ", application/json; q=0.5")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()));
        if (body != null) {
            request.header("Content-Type", CONTENT_TYPE);
        }
        if (server.authorization() != null) {
            request.header("Authorization", server.authorization());
        }
        // the request's own timeout ends with the headers; this one covers the body, too
        CompletableFuture<HttpResponse<String>> answer =
                client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
        try {
            return answer.get(config.connectTimeout().plus(config.readTimeout()).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException("interrupted while waiting for the schema registry", e);
        } finally {
            answer.cancel(true);
        }
    }

    private void pause(int round) {
        long wait = Math.min(config.retryMaxWaitMillis(), config.retryWaitMillis() << Math.min(round - 1, 20));
        try {
            Thread.sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException("interrupted while waiting for the schema registry", e);
        }
    }

    private static boolean isTransient(int status) {
        return status == 408 || status == 429 || status >= 500;
    }

    private static JsonNode parse(String body) {
        try {
            JsonNode parsed = JSON.readTree(body);
            return parsed.isObject() ? parsed : JSON.createObjectNode();
        } catch (JsonProcessingException e) {
            // a proxy's error page, say: whoever needs a field of it says which one is missing
            return JSON.createObjectNode();
        }
    }
}
