package dev.turnpike.sink.webhook;

import static dev.turnpike.sink.webhook.Alerts.RAISED;
import static dev.turnpike.sink.webhook.Alerts.alert;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.sink.webhook.Receiver.Fault;
import dev.turnpike.sink.webhook.Receiver.Post;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebhookSinkTaskTest {

    private static final TopicPartition PARTITION = new TopicPartition("llm.alerts", 0);

    private final Receiver receiver = new Receiver();
    private final EventSerdes serdes = new EventSerdes(Map.of("schema.registry.url", "mock://webhook"));
    private final MockProducer<byte[], byte[]> deadLetters =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final List<String> flow = new ArrayList<>();
    private Instant now = RAISED;
    private long comeBackMs;

    @AfterEach
    void end() {
        receiver.close();
    }

    @Test
    void shouldDeliverEachAlertOnceWhenAWebhookThatFailedForAMinuteIsBack() {
        // given a webhook that is away
        WebhookSinkTask task = task(Map.of());
        receiver.is(Fault.OVERLOADED);
        Instant back = now.plusSeconds(60);
        task.put(records(0, 20));

        // when the worker comes back whenever it is asked to, and half way more alerts arrive
        task.put(records(20, 30));
        int tries = 0;
        while (now.isBefore(back)) {
            now = now.plusMillis(comeBackMs);
            if (!now.isBefore(back)) {
                receiver.is(Fault.NONE);
            }
            task.put(List.of());
            tries++;
        }

        // then each arrived once, in order, and the webhook was not hammered meanwhile
        assertThat(receiver.taken()).extracting(Post::idempotencyKey).isEqualTo(ids(0, 30));
        assertThat(tries).isLessThan(10);
        assertThat(task.preCommit(Map.of()).get(PARTITION).offset()).isEqualTo(30);
        assertThat(deadLetters.history()).isEmpty();
    }

    @Test
    void shouldNotLetTheWorkerPassOverWhatIsNotDelivered() {
        WebhookSinkTask task = task(Map.of());
        task.put(records(0, 2));
        receiver.is(Fault.HANGS_UP);

        task.put(records(2, 5));

        assertThat(task.preCommit(Map.of()).get(PARTITION).offset()).isEqualTo(2);
    }

    @Test
    void shouldLeaveAWebhookAloneForAsLongAsItAsks() {
        WebhookSinkTask task = task(Map.of());
        receiver.is(Fault.LIMITS_THE_RATE);

        task.put(records(0, 1));
        now = now.plusSeconds(89);
        task.put(List.of());

        assertThat(receiver.posts()).isEqualTo(1);
        now = now.plusSeconds(1);
        task.put(List.of());
        assertThat(receiver.posts()).isEqualTo(2);
    }

    @Test
    void shouldSetAsideWhatIsRefusedAndGoOn() {
        WebhookSinkTask task = task(Map.of());
        receiver.is(Fault.REFUSES);
        task.put(records(0, 1));
        receiver.is(Fault.NONE);
        task.put(records(1, 2));

        assertThat(receiver.taken()).extracting(Post::idempotencyKey).isEqualTo(ids(1, 2));
        assertThat(deadLetters.history()).singleElement().satisfies(letter -> {
            assertThat(letter.topic()).isEqualTo("llm.dead-letters");
            DeadLetter from = DeadLetter.of(letter.headers());
            assertThat(from.offset()).isZero();
            assertThat(from.detail()).isEqualTo("refused by webhook webhook: HTTP 400: invalid_blocks");
            assertThat(from.by()).isEqualTo("webhook");
        });
        assertThat(task.preCommit(Map.of()).get(PARTITION).offset()).isEqualTo(2);
    }

    @Test
    void shouldGiveUpAnAlertThatNobodyTookForLong() {
        WebhookSinkTask task = task(Map.of("retry.for.ms", "5000", "retry.pause.ms", "3000"));
        receiver.is(Fault.OVERLOADED);
        task.put(records(0, 1));

        while (deadLetters.history().isEmpty()) {
            now = now.plusMillis(comeBackMs);
            task.put(List.of());
        }

        assertThat(Duration.between(RAISED, now)).isEqualTo(Duration.ofSeconds(9));
        assertThat(DeadLetter.of(deadLetters.history().get(0).headers()).detail())
                .isEqualTo("not taken by webhook webhook within 5 s: HTTP 503: ");
        assertThat(deadLetters.history().get(0).headers().toString()).doesNotContain("very-secret-path");
    }

    @Test
    void shouldNotWaitForAWebhookThatNeverAnswers() {
        WebhookSinkTask task = task(Map.of("timeout.ms", "100"));
        receiver.is(Fault.NEVER_ANSWERS);

        task.put(records(0, 3));

        assertThat(receiver.posts()).isEqualTo(1);
        assertThat(comeBackMs).isEqualTo(1_000);
    }

    @Test
    void shouldSetAsideWhatIsNoAlert() {
        WebhookSinkTask task = task(Map.of());

        task.put(List.of(record(0, new byte[] {9})));

        assertThat(DeadLetter.of(deadLetters.history().get(0).headers()).reason())
                .isEqualTo(DeadLetter.UNREADABLE);
        assertThat(task.preCommit(Map.of()).get(PARTITION).offset()).isEqualTo(1);
    }

    @Test
    void shouldTellOnlyOfTheTeamsThatAreAskedFor() {
        WebhookSinkTask task = task(Map.of("teams", "ads,maps"));
        BudgetAlert ads = alert("of-ads");
        ads.setTeam("ads");

        task.put(List.of(record(0, alert("of-search")), record(1, ads)));

        assertThat(receiver.taken()).extracting(Post::idempotencyKey).containsExactly("of-ads");
        assertThat(task.preCommit(Map.of()).get(PARTITION).offset()).isEqualTo(2);
    }

    @Test
    void shouldStopReadingWhileTooMuchWaits() {
        WebhookSinkTask task = task(Map.of());
        receiver.is(Fault.OVERLOADED);

        task.put(records(0, 1_000));
        assertThat(flow).containsExactly("pause");
        receiver.is(Fault.NONE);
        now = now.plusMillis(comeBackMs);
        task.put(List.of());

        assertThat(flow).containsExactly("pause", "resume");
        assertThat(receiver.taken()).hasSize(1_000);
    }

    @Test
    void shouldForgetWhatAnotherTaskTakesOver() {
        WebhookSinkTask task = task(Map.of());
        receiver.is(Fault.OVERLOADED);
        task.put(records(0, 3));

        task.close(Set.of(PARTITION));
        receiver.is(Fault.NONE);
        now = now.plusSeconds(60);
        task.put(List.of());

        assertThat(receiver.taken()).isEmpty();
        assertThat(task.preCommit(Map.of())).isEmpty();
    }

    @Test
    void shouldSignWhatItPosts() {
        WebhookSinkTask task = task(Map.of("secret", "shared"));

        task.put(records(0, 1));

        Post post = receiver.taken().get(0);
        assertThat(post.signature()).isEqualTo(Signature.of("shared", RAISED, post.raw()));
        assertThat(post.signature()).startsWith("t=" + RAISED.getEpochSecond() + ",v1=");
    }

    private WebhookSinkTask task(Map<String, String> more) {
        Map<String, String> settings = Alerts.settings(receiver.url());
        settings.putAll(more);
        WebhookSinkTask task = new WebhookSinkTask(() -> now);
        task.initialize(context());
        task.start(WebhookSinkConfig.of(settings), deadLetters);
        return task;
    }

    /** A worker that hears when it is to come back, and what it is to read no further. */
    private SinkTaskContext context() {
        return (SinkTaskContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SinkTaskContext.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "timeout" -> comeBackMs = (long) arguments[0];
                        case "pause", "resume" -> flow.add(method.getName());
                        case "assignment" -> {
                            return Set.of(PARTITION);
                        }
                        default -> throw new UnsupportedOperationException(method.getName());
                    }
                    return null;
                });
    }

    private List<SinkRecord> records(int from, int to) {
        List<SinkRecord> records = new ArrayList<>();
        for (int i = from; i < to; i++) {
            records.add(record(i, alert("alert-" + i)));
        }
        return records;
    }

    private SinkRecord record(long offset, BudgetAlert alert) {
        return record(offset, serdes.avro(Topics.ALERTS).serializer().serialize("llm.alerts", alert));
    }

    private static SinkRecord record(long offset, byte[] value) {
        return new SinkRecord(
                "llm.alerts",
                0,
                null,
                "search".getBytes(StandardCharsets.UTF_8),
                null,
                value,
                offset,
                RAISED.toEpochMilli(),
                TimestampType.CREATE_TIME);
    }

    private static List<String> ids(int from, int to) {
        List<String> ids = new ArrayList<>();
        for (int i = from; i < to; i++) {
            ids.add("alert-" + i);
        }
        return ids;
    }
}
