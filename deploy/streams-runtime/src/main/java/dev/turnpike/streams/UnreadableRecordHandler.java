package dev.turnpike.streams;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.registry.RegistryException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets aside what cannot be read on the topics that only Turnpike writes. A registry that does not answer is no fault of
 * the record: then the task fails and tries again.
 */
public final class UnreadableRecordHandler implements DeserializationExceptionHandler {

    /** The setting that names the dead-letter topic. */
    static final String TOPIC = "turnpike.dead-letters.topic";

    private static final Logger LOG = LoggerFactory.getLogger(UnreadableRecordHandler.class);

    private String deadLetters = "";
    private String application = "";

    @Override
    public void configure(Map<String, ?> configs) {
        deadLetters = String.valueOf(configs.get(TOPIC));
        application = String.valueOf(configs.get(StreamsConfig.APPLICATION_ID_CONFIG));
    }

    @Override
    public Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
        if (isRetriable(exception)) {
            return Response.fail();
        }
        LOG.warn(
                "{}-{} offset {}: unreadable, set aside: {}",
                record.topic(),
                record.partition(),
                record.offset(),
                exception.getMessage());
        if (isGlobal(context)) {
            // a global table has no transaction to write a dead letter in; the entry before this one stays in force
            return Response.resume();
        }
        var letter = new DeadLetter(
                record.topic(),
                record.partition(),
                record.offset(),
                DeadLetter.UNREADABLE,
                String.valueOf(exception.getMessage()),
                application);
        return Response.resume(List.of(
                letter.record(deadLetters, record.timestamp(), record.key(), record.value(), record.headers())));
    }

    private static boolean isGlobal(ErrorHandlerContext context) {
        return context.taskId() == null || context.taskId().partition() < 0;
    }

    private static boolean isRetriable(@Nullable Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof RegistryException || cause instanceof RetriableException) {
                return true;
            }
        }
        return false;
    }
}
