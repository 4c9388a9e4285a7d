package dev.turnpike.sink.webhook;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.serde.Received;
import dev.turnpike.sink.webhook.Reply.Away;
import dev.turnpike.sink.webhook.Reply.Refused;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Alerts on their way to a webhook, in the order in which they came. While it is away the first of them waits and so do all
 * behind it; nobody sleeps meanwhile, since the worker asks again. Used by the task's thread.
 */
final class Deliveries {

    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    // the worker must hear of its consumer in time, however slowly a webhook answers
    private static final Duration LONGEST_TURN = Duration.ofSeconds(30);

    private final String name;
    private final Webhook webhook;
    private final DeadLetters deadLetters;
    private final Patience patience;
    private final InstantSource clock;

    private final Deque<Pending> waiting = new ArrayDeque<>();
    private final Map<TopicPartition, Long> next = new HashMap<>();
    private Instant notBefore = Instant.MIN;
    private int failures;

    /** Where alerts go that are not delivered. */
    interface DeadLetters {
        void add(SinkRecord record, String reason, String detail);
    }

    private static final class Pending {

        private final SinkRecord record;
        private final BudgetAlert alert;
        private @Nullable Instant firstTried;

        Pending(SinkRecord record, BudgetAlert alert) {
            this.record = record;
            this.alert = alert;
        }

        TopicPartition partition() {
            return Deliveries.partition(record);
        }
    }

    /** @param name of the connector, for the log */
    Deliveries(String name, Webhook webhook, DeadLetters deadLetters, Patience patience, InstantSource clock) {
        this.name = name;
        this.webhook = webhook;
        this.deadLetters = deadLetters;
        this.patience = patience;
        this.clock = clock;
    }

    /** Takes an alert up, or sets aside what is none. */
    void add(SinkRecord record, Received<BudgetAlert> received) {
        BudgetAlert alert = received.value();
        if (alert == null) {
            deadLetters.add(record, String.valueOf(received.reason()), String.valueOf(received.detail()));
            passOver(record);
        } else {
            waiting.add(new Pending(record, alert));
        }
    }

    /** Nothing is to be done about a record. */
    void passOver(SinkRecord record) {
        next.put(partition(record), record.kafkaOffset() + 1);
    }

    /** Posts what can be posted now; returns when to come again, at the latest. */
    @Nullable
    Instant deliver() {
        Instant end = clock.instant().plus(LONGEST_TURN);
        while (!waiting.isEmpty()) {
            Instant now = clock.instant();
            if (now.isBefore(notBefore)) {
                return notBefore;
            }
            if (!now.isBefore(end)) {
                return now;
            }
            post(waiting.element(), now);
        }
        return null;
    }

    int waiting() {
        return waiting.size();
    }

    /** Up to where everything is delivered or set aside. */
    Map<TopicPartition, OffsetAndMetadata> finished() {
        Map<TopicPartition, Long> offsets = new HashMap<>(next);
        waiting.forEach(one -> offsets.merge(one.partition(), one.record.kafkaOffset(), Math::min));
        Map<TopicPartition, OffsetAndMetadata> finished = new HashMap<>();
        offsets.forEach((partition, offset) -> finished.put(partition, new OffsetAndMetadata(offset)));
        return finished;
    }

    /** Forgets partitions that another task takes over. */
    void forget(Collection<TopicPartition> revoked) {
        waiting.removeIf(one -> revoked.contains(one.partition()));
        next.keySet().removeAll(revoked);
    }

    private void post(Pending one, Instant now) {
        Instant firstTried = one.firstTried == null ? now : one.firstTried;
        one.firstTried = firstTried;
        Reply reply = webhook.post(one.alert);
        if (reply instanceof Away away) {
            failures++;
            if (failures == 1) {
                LOG.warn("{}: {}; {} alerts wait", name, away.reason(), waiting.size());
            }
            Instant ended = clock.instant();
            notBefore = ended.plus(patience.pause(failures, away.leaveAlone()));
            if (!ended.isBefore(firstTried.plus(patience.limit()))) {
                String tried = patience.limit().toSeconds() + " s";
                setAside(one, "not taken by webhook " + name + " within " + tried + ": " + away.reason());
            }
            return;
        }
        if (failures > 0) {
            LOG.info("{}: answers again after {} failures", name, failures);
        }
        failures = 0;
        notBefore = Instant.MIN;
        if (reply instanceof Refused refused) {
            setAside(one, "refused by webhook " + name + ": " + refused.reason());
        } else {
            end(one);
        }
    }

    private void setAside(Pending one, String detail) {
        LOG.warn("{}: alert {} goes to the dead letters: {}", name, one.alert.getAlertId(), detail);
        deadLetters.add(one.record, DeadLetter.FAILED, detail);
        end(one);
    }

    private void end(Pending one) {
        waiting.remove();
        passOver(one.record);
    }

    private static TopicPartition partition(SinkRecord record) {
        return new TopicPartition(record.topic(), record.kafkaPartition());
    }
}
