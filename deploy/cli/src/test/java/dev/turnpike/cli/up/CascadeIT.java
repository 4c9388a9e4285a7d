package dev.turnpike.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.turnpike.cli.command.RootCommand;
import dev.turnpike.cli.key.AccessKeys;
import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.ModelPerformance;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cascade from a client's call to the books: one hold, two models, and everybody who is asked tells the same story. */
class CascadeIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    // the small one alone is below the floor: 0.6; with the large one behind it 0.6 + 0.4 × 0.9 × 0.95 = 0.942
    private static final String DOCUMENTS = """
            kind: ModelOffer
            provider: acme
            model: small
            json: true
            quality: {"*": 0.6}
            prices: [{effective_from: 2025-01-01, input_usd_per_million: 1, output_usd_per_million: 4}]
            ---
            kind: ModelOffer
            provider: acme
            model: large
            json: true
            quality: {"*": 0.95}
            prices: [{effective_from: 2025-01-01, input_usd_per_million: 10, output_usd_per_million: 40}]
            ---
            kind: TeamPolicy
            team: search
            budgets: [{name: ever, scope: team, period: total, limit_usd: 1}]
            routing: {quality_floor: 0.9, cascade: 0.9, output_cap: 1000, fallbacks: 0}
            """;
    // whatever the simulated provider says is no JSON, so the first answer is held back; the last one is not judged
    private static final String BAD = """
            {"model":"auto","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_object"},
             "metadata":{"trace_output_tokens":"20","trace_latency_ms":"20"}}""";
    private static final String GOOD = BAD.replace("json_object", "text");

    @TempDir
    Path data;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void shouldAskTheNextModelWhereTheFirstAnswersBadlyAndPayForBothFromOneHold() throws Exception {
        try (LocalSystem system = LocalSystem.start(data, 0, 0, 0, progress -> {}, this::apply, List.of("acme"));
                TopicLog log = TopicLog.open(system.cluster())) {
            // given
            Cluster cluster = system.cluster();
            String secret = new AccessKeys(cluster, log.serdes())
                    .create("search", "ann", Instant.now())
                    .secret();
            String url = system.addresses().api() + "/v1";
            await().atMost(PATIENCE)
                    .until(() -> http.send(request(url + "/models", secret).build(), BodyHandlers.discarding())
                                    .statusCode()
                            == 200);

            // when
            HttpResponse<String> good = ask(url, secret, GOOD);
            HttpResponse<String> bad = ask(url, secret, BAD);

            // then: who answered, and what both attempts cost
            assertThat(header(good, "x-turnpike-model")).isEqualTo("acme/small");
            assertThat(header(bad, "x-turnpike-model")).isEqualTo("acme/large");
            assertThat(header(bad, "x-turnpike-reason"))
                    .startsWith("acme/small: first, its answer judged, then acme/large");

            // then: one dispatch, one hold, two entries
            String id = header(bad, "x-request-id");
            await().atMost(PATIENCE).until(() -> read(log, Topics.LEDGER).size() == 3);
            List<LedgerEntry> booked = read(log, Topics.LEDGER).stream()
                    .filter(entry -> id.equals(entry.getRequestId()))
                    .toList();
            assertThat(booked).extracting(LedgerEntry::getModel).containsExactly("small", "large");
            assertThat(booked).extracting(LedgerEntry::getVerdict).containsExactly("invalid-json", null);
            assertThat(header(bad, "x-turnpike-cost-usd")).isEqualTo(Money.toUsd(cost(booked)));
            List<Dispatch> dispatches = read(log, Topics.DISPATCHES).stream()
                    .filter(dispatch -> id.equals(dispatch.getRequestId()))
                    .toList();
            assertThat(dispatches).hasSize(1);
            Dispatch dispatch = dispatches.get(0);
            assertThat(dispatch.getHold().getNanoUsd())
                    .isEqualTo(dispatch.getChain().stream()
                            .mapToLong(model -> model.getBound().getNanoUsd())
                            .sum());

            // then: the budget has what was booked, and nothing is held any more
            long spent = cost(read(log, Topics.LEDGER));
            await().atMost(PATIENCE).untilAsserted(() -> {
                BudgetState state = read(log, Topics.BUDGETS).stream()
                        .filter(each -> !PositionKey.of(each).isOfPolicies())
                        .reduce((earlier, later) -> later)
                        .orElseThrow();
                assertThat(state.getSpent().getNanoUsd()).isEqualTo(spent);
                assertThat(state.getClosed()).isEqualTo(state.getOpened());
            });

            // then: what was held back counts against the model
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    log.table(Topics.MODEL_PERFORMANCE).values())
                            .filteredOn(known -> known.getModel().equals("small"))
                            .extracting(ModelPerformance::getJudged, ModelPerformance::getSuccesses)
                            .isNotEmpty()
                            .allSatisfy(counts -> assertThat(counts.toList()).containsExactly(1.0, 0.0)));

            // then: it is explained, and the books are in order
            assertThat(run(cluster, "explain", id))
                    .contains("routed to acme/small", "recomputed the same decision, field by field")
                    .containsPattern("1 +acme/small +held back: invalid-json ")
                    .containsPattern("2 +acme/large +ok ");
            assertThat(run(cluster, "audit")).contains("8 of 8 laws hold");
        }
    }

    private void apply(Cluster cluster) {
        try {
            run(
                    cluster,
                    "apply",
                    "-f",
                    Files.writeString(data.resolve("documents.yaml"), DOCUMENTS).toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<String> ask(String url, String secret, String body) throws Exception {
        HttpResponse<String> answer = http.send(
                request(url + "/chat/completions", secret)
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer;
    }

    private static HttpRequest.Builder request(String url, String secret) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("authorization", "Bearer " + secret)
                .header("content-type", "application/json");
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElseThrow();
    }

    private static long cost(List<LedgerEntry> entries) {
        return entries.stream()
                .mapToLong(entry -> entry.getAmount().getNanoUsd())
                .sum();
    }

    private static <V extends SpecificRecord> List<V> read(TopicLog log, Topic<V> topic) {
        List<V> read = new ArrayList<>();
        log.each(topic, entry -> read.add(entry.value()));
        return read;
    }

    private static String run(Cluster cluster, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of(
                "--bootstrap-servers", cluster.bootstrapServers(),
                "--registry", String.valueOf(cluster.registry().get("schema.registry.url"))));
        StringWriter output = new StringWriter();
        int exit = RootCommand.commandLine()
                .setOut(new PrintWriter(output))
                .setErr(new PrintWriter(output))
                .execute(all.toArray(String[]::new));
        assertThat(exit).as(output.toString()).isZero();
        return output.toString();
    }
}
