package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.metering.state.Peers;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the other instances for what they have; what was asked so is answered from this instance alone. */
final class Forwarding {

    /** Header of a question that must not be forwarded again. */
    private static final String ONLY_HERE = "x-turnpike-only-here";

    private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final Peers peers;

    Forwarding(Peers peers) {
        this.peers = peers;
    }

    /** Whether another instance asks, for what is here alone. */
    static boolean isForAnInstance(Context context) {
        return context.header(ONLY_HERE) != null;
    }

    /** Whether the answer has come from the team's owner, which is another instance. */
    boolean answeredByOwner(Context context, String team) {
        String owner = isForAnInstance(context) ? null : peers.ownerOf(team);
        if (owner == null) {
            return false;
        }
        HttpResponse<String> answer = await(ask(owner, context));
        if (answer == null) {
            throw Problem.unavailable("team " + team + " is with the instance " + owner + ", which does not answer");
        }
        context.status(answer.statusCode())
                .contentType(answer.headers().firstValue("content-type").orElse("application/json"))
                .header("x-turnpike-instance", owner)
                .result(answer.body());
        return true;
    }

    /**
     * Adds to a list what the other instances have there; says which of them did not answer, and which partitions are missing.
     *
     * @param share begun before the list was
     */
    void addAll(Context context, ObjectNode answer, String list, Share share) {
        share.ended();
        if (isForAnInstance(context)) {
            share.tell(answer);
            return;
        }
        Map<String, CompletableFuture<HttpResponse<String>>> asked = new TreeMap<>();
        peers.others().forEach(other -> asked.put(other, ask(other, context)));
        ArrayNode all = answer.withArray(list);
        List<String> missing = new ArrayList<>();
        asked.forEach((other, future) -> {
            JsonNode theirs = read(await(future));
            if (theirs == null) {
                missing.add(other);
            } else {
                theirs.path(list).forEach(all::add);
                share.add(theirs);
            }
        });
        share.sum(answer);
        ArrayNode told = answer.putArray("missing");
        missing.forEach(told::add);
    }

    private CompletableFuture<HttpResponse<String>> ask(String host, Context context) {
        String query = context.queryString();
        URI uri = URI.create("http://" + host + context.req().getRequestURI() + (query == null ? "" : '?' + query));
        HttpRequest.Builder question =
                HttpRequest.newBuilder(uri).timeout(PATIENCE).header(ONLY_HERE, "true");
        String authorization = context.header("authorization");
        if (authorization != null) {
            // the instances share their tokens
            question.header("authorization", authorization);
        }
        return client.sendAsync(question.build(), BodyHandlers.ofString());
    }

    private static @Nullable JsonNode read(@Nullable HttpResponse<String> answer) {
        try {
            return answer == null || answer.statusCode() != 200 ? null : JSON.readTree(answer.body());
        } catch (IOException e) {
            LOG.warn("an instance of the meter answered what is not JSON", e);
            return null;
        }
    }

    private static @Nullable HttpResponse<String> await(CompletableFuture<HttpResponse<String>> asked) {
        try {
            return asked.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException e) {
            LOG.warn("another instance of the meter does not answer: {}", String.valueOf(e.getCause()));
            return null;
        }
    }
}
