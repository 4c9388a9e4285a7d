package dev.turnpike.gateway.kafka;

import dev.turnpike.gateway.call.Calls;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.serde.EventSerdes;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Tells the calls what becomes of their requests: rejections and reasons from the decisions, answers from the completions,
 * of all partitions, committed ones only.
 */
public final class AnswerReader implements AutoCloseable {

    // decisions also say why a model was chosen, which rejections do not
    public static final List<Topic<?>> TOPICS = List.of(Topics.DECISIONS, Topics.COMPLETIONS);

    private final Follower follower;

    public AnswerReader(KafkaClients clients, EventSerdes serdes, Calls calls) {
        Deserializer<Decision> decisions = serdes.avro(Topics.DECISIONS).deserializer();
        Deserializer<Completion> completions = serdes.avro(Topics.COMPLETIONS).deserializer();
        String decided = clients.name(Topics.DECISIONS);
        Consumer<byte[], byte[]> consumer = clients.consumer("answers", "latest");
        this.follower = Follower.start("answers", consumer, clients.partitions(consumer, TOPICS), false, record -> {
            if (record.value() == null) {
                return;
            }
            if (record.topic().equals(decided)) {
                calls.decided(decisions.deserialize(record.topic(), record.value()));
            } else {
                calls.completed(completions.deserialize(record.topic(), record.value()));
            }
        });
    }

    @Override
    public void close() {
        follower.close();
    }
}
