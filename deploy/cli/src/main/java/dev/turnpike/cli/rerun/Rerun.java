package dev.turnpike.cli.rerun;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.document.Document;
import dev.turnpike.router.decision.DecisionEvents.Source;
import dev.turnpike.router.decision.Router;
import dev.turnpike.router.state.Tables;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.serde.Received;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Past requests three times: as they were decided, and replayed under the present and under other policies and offers.
 *
 * @param recorded what the decisions of then say
 * @param present replayed under what is published now
 * @param changed replayed with the documents in place of what is published under their names
 */
public record Rerun(Tally recorded, Tally present, Tally changed) {

    /**
     * Replays the first decision of every request that the topics still hold.
     *
     * @param from first time of admission, milliseconds since 1970-01-01 UTC
     * @param to first time after
     */
    public static Rerun of(TopicLog log, List<Document> documents, Router router, long from, long to) {
        Tally recorded = new Tally();
        Set<String> decided = new HashSet<>();
        log.each(Topics.DECISIONS, entry -> {
            Decision decision = entry.value();
            long at = decision.getRequestedAt();
            if (decision.getDecision() == 0 && at >= from && at < to) {
                decided.add(
                        place(decision.getSourceTopic(), decision.getSourcePartition(), decision.getSourceOffset()));
            }
        });
        Set<String> kept = new HashSet<>();
        Replay present = new Replay(router, tables(log, List.of()));
        Replay changed = new Replay(router, tables(log, documents));
        Deserializer<Received<LlmRequest>> requests =
                log.serdes().received(Topics.REQUESTS).deserializer();
        log.scan(List.of(Topics.REQUESTS, Topics.REQUESTS_MOVED), record -> {
            String place = place(record.topic(), record.partition(), record.offset());
            LlmRequest request = decided.contains(place)
                    ? requests.deserialize(record.topic(), record.value()).value()
                    : null;
            if (request != null) {
                kept.add(place);
                Source source = source(record);
                present.next(request, source, record.timestamp());
                changed.next(request, source, record.timestamp());
            }
        });
        // only requests that could be replayed count, so that the three compare
        log.each(Topics.DECISIONS, entry -> {
            Decision decision = entry.value();
            if (decision.getDecision() == 0
                    && kept.contains(place(
                            decision.getSourceTopic(), decision.getSourcePartition(), decision.getSourceOffset()))) {
                recorded.add(decision);
            }
        });
        return new Rerun(recorded, present.tally(), changed.tally());
    }

    private static Tables tables(TopicLog log, List<Document> documents) {
        Tables tables = new Tables();
        log.scan(
                List.of(Topics.CATALOG, Topics.ALIASES, Topics.POLICIES, Topics.MODEL_PERFORMANCE),
                record -> PastTables.put(log, record, tables));
        for (Document document : documents) {
            if (document.value() instanceof ModelOffer offer) {
                tables.putOffer(document.key(), offer);
            } else if (document.value() instanceof TeamPolicy policy) {
                // what was spent before a budget began is not looked at here
                tables.putPolicy(document.key(), policy, 0);
            } else if (document.value() instanceof Alias alias) {
                tables.putAlias(document.key(), alias);
            }
        }
        return tables;
    }

    private static Source source(ConsumerRecord<?, ?> record) {
        return new Source(record.topic(), record.partition(), record.offset());
    }

    private static String place(String topic, int partition, long offset) {
        return topic + '-' + partition + '@' + offset;
    }
}
