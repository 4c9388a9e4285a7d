package dev.turnpike.router.processor;

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
        ProcessorContext<Object, Object> stream = Started.of(context);
        Received<Cancellation> received = record.value();
        Cancellation cancellation = received == null ? null : received.value();
        if (received == null || cancellation == null) {
            DeadLetters.sendUnread(stream, record, application);
            return;
        }
        String invalid = problem.apply(cancellation);
        if (invalid != null) {
            DeadLetters.send(stream, record, DeadLetter.INVALID, invalid, application);
            return;
        }
        String team = cancellation.getTeam();
        String forged = tables.forgery(record.headers(), RequestSignature.Purpose.CANCELLATION, team, received.bytes());
        if (forged != null) {
            DeadLetters.send(stream, record, DeadLetter.UNSIGNED, forged, application);
            return;
        }
        stream.forward(new Record<>(team, received.bytes(), record.timestamp()), CANCELLED_SINK);
    }
}
