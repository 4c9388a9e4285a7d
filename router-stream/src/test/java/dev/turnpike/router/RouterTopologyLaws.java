package dev.turnpike.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws 1 and 6 on the whole topology. */
class RouterTopologyLaws {

    private static final Instant START = Instant.parse("2026-08-05T08:00:00Z");
    private static final int STEPS = 300;

    @TempDir
    private Path once;

    @TempDir
    private Path again;

    static LongStream seeds() {
        return LongStream.range(0, 3);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldDecideEachRequestOnceAndGiveTheSameBytesForTheSameRecords(long seed) throws IOException {
        byte[] first;
        try (var router = new Driven(once, 1)) {
            var run = new Run(seed, router);
            first = run.run();
            assertThat(run.decided).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(run.asked);
            assertThat(run.repeats).as("a run without repeats proves nothing").isPositive();
        }
        try (var router = new Driven(again, 1)) {
            assertThat(new Run(seed, router).run()).as("seed %d", seed).isEqualTo(first);
        }
    }

    /** Requests of a few teams, many of them published several times, with feedback in between. */
    private static final class Run {

        private final SplittableRandom random;
        private final Driven router;
        private final Set<String> asked = new HashSet<>();
        private final List<String> decided = new ArrayList<>();
        private final List<LlmRequest> published = new ArrayList<>();
        private final Map<PositionKey, Long> opened = new HashMap<>();
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private int repeats;

        Run(long seed, Driven router) {
            this.random = new SplittableRandom(seed);
            this.router = router;
        }

        byte[] run() throws IOException {
            router.send(Topics.CATALOG, "openai/good", offer("good", 1), START);
            router.send(Topics.CATALOG, "openai/dear", offer("dear", 9), START);
            router.send(Topics.POLICIES, "*", policy(), START);
            Instant now = START;
            for (int step = 0; step < STEPS; step++) {
                now = now.plusSeconds(random.nextLong(200));
                if (random.nextInt(5) > 0) {
                    publish(now);
                } else {
                    feedBack(now);
                }
                drain();
            }
            return written.toByteArray();
        }

        private void publish(Instant now) {
            LlmRequest request;
            if (!published.isEmpty() && random.nextInt(3) == 0) {
                repeats++;
                request = published.get(random.nextInt(published.size()));
            } else {
                request = LlmRequest.newBuilder()
                        .setRequestId("r" + published.size())
                        .setTeam("team" + random.nextInt(3))
                        .setMessages("[{\"role\":\"user\",\"content\":\"hi\"}]")
                        .build();
                published.add(request);
                asked.add(request.getTeam() + ' ' + request.getRequestId());
            }
            router.send(Topics.REQUESTS, "any", request, now);
        }

        private void feedBack(Instant now) {
            for (Map.Entry<PositionKey, Long> entry : opened.entrySet()) {
                PositionKey key = entry.getKey();
                long closed = entry.getValue() / 2;
                var state = BudgetState.newBuilder()
                        .setTeam(key.team())
                        .setScope(key.scope())
                        .setScopeValue(key.scopeValue())
                        .setPeriod(key.period())
                        .setWindowStart(key.windowStart())
                        .setWindowEnd(key.windowStart() + 1)
                        .setEpoch(1)
                        .setVersion(entry.getValue())
                        .setOpened(new AmountVector(entry.getValue(), 0L, 0L))
                        .setClosed(new AmountVector(closed, 0L, 0L))
                        .setSpent(new AmountVector(closed / 4, 0L, 0L))
                        .setDispatchOffset(-1)
                        .build();
                router.send(Topics.BUDGETS, key.encode(), state, now);
            }
        }

        private void drain() throws IOException {
            for (TestRecord<String, Dispatch> dispatch : router.read(Topics.DISPATCHES)) {
                write(
                        Topics.DISPATCHES,
                        dispatch.timestamp(),
                        dispatch.value().toByteBuffer().array());
                for (HoldWindow window : dispatch.value().getWindows()) {
                    opened.merge(
                            PositionKey.of(dispatch.value().getTeam(), window),
                            dispatch.value().getHold().getNanoUsd(),
                            Long::sum);
                }
            }
            for (TestRecord<String, Decision> decision : router.read(Topics.DECISIONS)) {
                write(
                        Topics.DECISIONS,
                        decision.timestamp(),
                        decision.value().toByteBuffer().array());
                decided.add(decision.value().getTeam() + ' ' + decision.value().getRequestId());
            }
            for (TestRecord<byte[], byte[]> rejection : router.readBytes(Topics.REJECTIONS)) {
                write(Topics.REJECTIONS, rejection.timestamp(), rejection.value());
            }
        }

        private void write(Topic<?> topic, long time, byte[] value) throws IOException {
            written.write((topic.suffix() + time).getBytes(StandardCharsets.UTF_8));
            written.write(value);
        }

        private static ModelOffer offer(String model, long usd) {
            return ModelOffer.newBuilder()
                    .setProvider("openai")
                    .setModel(model)
                    .setPrices(List.of(Price.newBuilder()
                            .setVersion(model)
                            .setEffectiveFrom(0)
                            .setInput(usd * 1_000_000_000)
                            .setOutput(usd * 1_000_000_000)
                            .build()))
                    .setQuality(Map.of("*", 0.8))
                    .build();
        }

        private static TeamPolicy policy() {
            var policy = TeamPolicy.newBuilder()
                    .setTeam("*")
                    .setBudgets(List.of(Budget.newBuilder()
                            .setName("hour")
                            .setScope("team")
                            .setPeriod("hour")
                            .setLimitNanoUsd(30_000_000L)
                            .build()))
                    .build();
            policy.getRouting().setExplore(0.3);
            return policy;
        }
    }
}
