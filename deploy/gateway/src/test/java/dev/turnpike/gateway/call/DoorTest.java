package dev.turnpike.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.gateway.call.Door.Message;
import dev.turnpike.gateway.chat.Holder;
import dev.turnpike.gateway.chat.Refusal;
import dev.turnpike.gateway.chat.Written;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.LlmRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DoorTest {

    private static final Holder ANN = new Holder("key-of-ann", "search", "ann");
    private static final Holder BOB = new Holder("key-of-bob", "search", "bob");
    private static final Duration TIMEOUT = Duration.ofHours(1);

    private final Published publisher = new Published();
    private final List<LlmRequest> published = publisher.requests;
    private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
    private Instant now = Instant.EPOCH;
    private final InstantSource clock = () -> now;
    private final Calls calls = new Calls(10_000, clock);
    private final Door door = door(calls);

    @AfterEach
    void close() {
        timers.shutdownNow();
    }

    @Test
    void shouldAnswerEachCallWithWhatBecameOfItsRequest() {
        Written one = ask(ANN, "one", null, false);
        Written other = ask(ANN, "other", null, false);

        calls.completed(last(published.get(1), "second"));
        calls.completed(last(published.get(0), "first"));

        assertThat(one.body).isEqualTo("first");
        assertThat(other.body).isEqualTo("second");
        assertThat(calls.size()).isZero();
    }

    @Test
    void shouldPassOverWhatNobodyHereWaitsFor() {
        Written client = ask(ANN, "one", null, false);
        LlmRequest elsewhere = new LlmRequest();
        elsewhere.setRequestId(published.get(0).getRequestId());
        elsewhere.setTeam("another");

        calls.completed(last(elsewhere, "of another team"));

        assertThat(client.isOver()).isFalse();
    }

    @Test
    void shouldForgetACallWhoseClientHasGone() {
        Written client = ask(ANN, "one", null, false);

        client.goAway();

        assertThat(calls.size()).isZero();
        calls.completed(last(published.get(0), "too late"));
        assertThat(client.body).isEmpty();
    }

    @Test
    void shouldGiveARetryTheAnswerToTheCallThatItsClientGaveUp() {
        ask(ANN, "one", null, false).goAway();
        calls.completed(last(published.get(0), "paid for once"));

        Written retry = ask(ANN, "one", null, true);

        assertThat(retry.body).isEqualTo("paid for once");
        assertThat(published).hasSize(1);
    }

    @Test
    void shouldLetARetryWaitForTheRequestThatIsUnderWay() {
        ask(ANN, "one", null, false).goAway();

        Written retry = ask(ANN, "one", null, true);
        calls.completed(last(published.get(0), "answer"));

        assertThat(retry.body).isEqualTo("answer");
        // the same one again, which the router passes over: perhaps the first did not get there
        assertThat(published)
                .extracting(LlmRequest::getRequestId)
                .containsOnly(published.get(0).getRequestId());
    }

    @Test
    void shouldLetEveryRetryTakeOverOneRequest() {
        ask(ANN, "one", null, false).goAway();
        ask(ANN, "one", null, false).goAway();

        ask(ANN, "one", null, true);
        ask(ANN, "one", null, true);
        ask(ANN, "one", null, true);

        List<String> ids = published.stream().map(LlmRequest::getRequestId).toList();
        assertThat(ids.subList(2, 4)).containsExactlyElementsOf(ids.subList(0, 2));
        assertThat(ids.get(4)).isNotIn(ids.subList(0, 2));
    }

    @Test
    void shouldNotTakeOverWhatAnotherAskedOrWhatIsWaitedForOrWhatIsNoRetry() {
        ask(ANN, "one", null, false);
        ask(ANN, "one", null, true);
        ask(ANN, "two", null, false).goAway();
        ask(BOB, "two", null, true);
        ask(ANN, "two", null, false);

        assertThat(published).extracting(LlmRequest::getRequestId).doesNotHaveDuplicates();
    }

    @Test
    void shouldMakeOneRequestOfAnIdempotencyKey() {
        Written first = ask(ANN, "one", "k1", false);
        Written second = ask(ANN, "one", "k1", false);
        ask(ANN, "two", "k1", false);
        ask(BOB, "one", "k1", false);

        List<String> ids = published.stream().map(LlmRequest::getRequestId).toList();
        assertThat(ids.get(1)).isEqualTo(ids.get(0));
        assertThat(ids.subList(1, 4)).doesNotHaveDuplicates();

        calls.completed(last(published.get(0), "answer"));

        assertThat(first.body).isEqualTo("answer");
        assertThat(second.body).isEqualTo("answer");
    }

    @Test
    void shouldAnswerAnIdempotencyKeyThatAnotherDoorTookIn() {
        Written here = ask(ANN, "one", "k1", false);
        Calls elsewhere = new Calls(10_000, clock);
        elsewhere.completed(last(published.get(0), "answer"));
        Written there = new Written();

        door(elsewhere).ask(message(ANN, "one", "k1", false), there);

        assertThat(there.body).isEqualTo("answer");
        assertThat(here.isOver()).isFalse();
        assertThat(published).hasSize(1);
    }

    @Test
    void shouldRepeatARejectionToTheSameIdempotencyKey() {
        ask(ANN, "one", "k1", false);
        Decision rejected = new Decision();
        rejected.setTeam("search");
        rejected.setRequestId(published.get(0).getRequestId());
        rejected.setCode("budget-exhausted");
        rejected.setReason("no money");
        calls.decided(rejected);

        Written again = ask(ANN, "one", "k1", false);

        assertThat(again.status).isEqualTo(429);
        assertThat(again.body).contains("no money");
        assertThat(again.headers).containsEntry("x-should-retry", "false");
    }

    @Test
    void shouldForgetOldAnswersAndAnswersThatAreTooMuch() {
        ask(ANN, "one", "k1", false);
        calls.completed(last(published.get(0), "x".repeat(4_000)));
        ask(ANN, "two", "k2", false);
        calls.completed(last(published.get(1), "y".repeat(4_000)));

        assertThat(ask(ANN, "one", "k1", false).isOver()).isFalse();
        assertThat(ask(ANN, "two", "k2", false).isOver()).isTrue();

        now = now.plus(Calls.MEMORY).plusSeconds(1);
        ask(ANN, "three", "k3", false);
        assertThat(ask(ANN, "two", "k2", false).isOver()).isFalse();
    }

    @Test
    void shouldSayThatNoAnswerCameInTimeAndLetTheClientComeBackForIt() {
        Written client = ask(ANN, "one", null, false);

        later(TIMEOUT);

        assertThat(client.status).isEqualTo(504);
        assertThat(client.headers).containsEntry("x-should-retry", "false");
        calls.completed(last(published.get(0), "late"));
        assertThat(ask(ANN, "one", null, true).body).isEqualTo("late");
    }

    @Test
    void shouldUseTheSameRequestWhenKafkaMayHaveIt() {
        Written client = new Written();
        door.ask(message(ANN, "one", null, false), client);

        publisher.pending.get(0).accept(Refusal.unavailable("Kafka is away"));

        assertThat(client.status).isEqualTo(503);
        assertThat(client.headers).containsEntry("retry-after", "2");
        door.ask(message(ANN, "one", null, true), new Written());
        assertThat(published.get(1).getRequestId()).isEqualTo(published.get(0).getRequestId());
    }

    @Test
    void shouldCancelAtOnceWhereAClientThatDoesNotCountItsTriesGoesAway() {
        Written client = new Written();
        door.ask(uncounted("one"), client);

        client.goAway();

        assertThat(publisher.cancelled).containsExactly(published.get(0).getRequestId());
        ask(ANN, "one", null, true);
        assertThat(published).extracting(LlmRequest::getRequestId).doesNotHaveDuplicates();
    }

    @Test
    void shouldGiveAClientThatTriesAgainByItselfTheTimeToDoSo() {
        ask(ANN, "one", null, false).goAway();
        ask(ANN, "two", null, false).goAway();
        ask(ANN, "one", null, true);
        assertThat(publisher.cancelled).isEmpty();

        later(Duration.ofSeconds(10));

        assertThat(publisher.cancelled).containsExactly(published.get(1).getRequestId());
    }

    @Test
    void shouldCancelAtOnceWhereAClientGoesAwayInTheMiddleOfAnAnswer() {
        Written client = new Written();
        door.ask(message(ANN, "one\"}],\"stream\":true,\"x\":[{\"y\":\"", null, false), client);
        Completion chunk = last(published.get(0), "");
        chunk.setFinal$(false);
        chunk.setDelta("{}");
        calls.completed(chunk);

        client.goAway();

        assertThat(publisher.cancelled).containsExactly(published.get(0).getRequestId());
    }

    @Test
    void shouldNotCancelWhatHasANameOrHasEndedOrIsWaitedForByAnother() {
        // its name says that it may be asked for again
        ask(ANN, "one", "k1", false).goAway();
        // it has ended
        ask(ANN, "two", null, false).goAway();
        calls.completed(last(published.get(1), "answer"));
        // its retry waits
        ask(ANN, "three", null, false).goAway();
        ask(ANN, "three", null, true);

        later(Duration.ofSeconds(10));

        assertThat(publisher.cancelled).isEmpty();
    }

    @Test
    void shouldTellWhoeverStillWaitsThatARequestWasCancelled() {
        Written client = ask(ANN, "one", null, false);
        Completion cancelled = last(published.get(0), null);
        cancelled.setStatus("cancelled");

        calls.completed(cancelled);

        assertThat(client.status).isEqualTo(409);
        assertThat(client.headers).containsEntry("x-should-retry", "false");
    }

    @Test
    void shouldRefuseWhatWaitsWhenItCloses() {
        Written client = ask(ANN, "one", null, false);

        calls.close();

        assertThat(client.status).isEqualTo(503);
        assertThat(calls.size()).isZero();
    }

    private Door door(Calls register) {
        return new Door(register, publisher, timers, TIMEOUT);
    }

    private Written ask(Holder holder, String question, String idempotencyKey, boolean isRetry) {
        Written client = new Written();
        door.ask(message(holder, question, idempotencyKey, isRetry), client);
        return client;
    }

    private void later(Duration time) {
        for (Runnable task : List.copyOf(timers.getQueue())) {
            if (((Delayed) task).getDelay(TimeUnit.NANOSECONDS) <= time.toNanos()) {
                task.run();
            }
        }
    }

    private static Message uncounted(String question) {
        Message counted = message(ANN, question, null, false);
        return new Message(counted.holder(), counted.body(), counted.headers(), Trace.NONE, null, null);
    }

    private static Message message(Holder holder, String question, String idempotencyKey, boolean isRetry) {
        String body = "{\"model\":\"auto\",\"messages\":[{\"content\":\"" + question + "\"}]}";
        return new Message(
                holder, body.getBytes(StandardCharsets.UTF_8), Map.of(), Trace.NONE, idempotencyKey, isRetry ? 1 : 0);
    }

    private static Completion last(LlmRequest request, String response) {
        Completion last = new Completion();
        last.setTeam(request.getTeam());
        last.setRequestId(request.getRequestId());
        last.setFinal$(true);
        last.setStatus("ok");
        last.setResponse(response);
        return last;
    }
}
