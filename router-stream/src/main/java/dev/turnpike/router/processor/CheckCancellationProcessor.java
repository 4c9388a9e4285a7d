package dev.turnpike.router.processor;

import dev.turnpike.router.decision.TeamRules;
import dev.turnpike.router.state.Tables;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.RequestSignature;
import dev.turnpike.schemas.event.Cancellation;
import dev.turnpike.schemas.serde.Received;
import dev.turnpike.streams.DeadLetters;
import java.util.function.Function;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Lets cancellations through to the executors, as they came: those that whoever may ask for the team may have written. */
public final class CheckCancellationProcessor implements Processor<byte[], Received<Cancellation>, Object, Object> {

    public static final String CANCELLED_SINK = "cancelled-sink";

    private final Tables tables;
    private final Function<Cancellation, @Nullable String> problem;
    private final String application;
    private @Nullable ProcessorContext<Object, Object> context;

    /**
     * @param problem one line on what is wrong with a cancellation; null where nothing is
     * @param application who sets records aside, for their headers
     */
    public CheckCancellationProcessor(
            Tables tables, Function<Cancellation, @Nullable String> problem, String application) {
        this.tables = tables;
        this.problem = problem;
        this.application = application;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        this.context = context;
    }

    @Override
    public void process(Record<byte[], Received<Cancellation>> record) {
        Received<Cancellation> received = record.value();
        Cancellation cancellation = received == null ? null : received.value();
        if (cancellation == null) {
            String reason = received == null ? null : received.reason();
            String detail = received == null ? "the record has no value" : received.detail();
            setAside(
                    record,
                    reason == null ? DeadLetter.UNREADABLE : reason,
                    detail == null ? "the record could not be read" : detail);
            return;
        }
        String invalid = problem.apply(cancellation);
        if (invalid != null) {
            setAside(record, DeadLetter.INVALID, invalid);
            return;
        }
        String team = cancellation.getTeam();
        TeamRules rules = tables.rulesOf(team);
        String forged = rules == null || rules.signers().isEmpty()
                ? null
                : RequestSignature.problem(
                        record.headers(),
                        rules.signers(),
                        RequestSignature.Purpose.CANCELLATION,
                        team,
                        received.bytes());
        if (forged != null) {
            setAside(record, DeadLetter.UNSIGNED, forged);
        } else {
            stream().forward(new Record<>(team, received.bytes(), record.timestamp()), CANCELLED_SINK);
        }
    }

    private void setAside(Record<byte[], Received<Cancellation>> record, String reason, String detail) {
        RecordMetadata from = stream().recordMetadata().orElseThrow();
        byte[] bytes = record.value() == null ? null : record.value().bytes();
        var letter = new DeadLetter(from.topic(), from.partition(), from.offset(), reason, detail, application);
        stream().forward(DeadLetters.of(record, record.key(), bytes, letter), DeadLetters.SINK);
    }

    private ProcessorContext<Object, Object> stream() {
        return Started.of(context);
    }
}
