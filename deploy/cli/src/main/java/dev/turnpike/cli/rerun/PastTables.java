package dev.turnpike.cli.rerun;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.router.decision.TableVersions;
import dev.turnpike.router.decision.TeamRules;
import dev.turnpike.router.state.Tables;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.TeamPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * The tables as they were at a decision: their topics are read again from the start, until they say what the decision names.
 *
 * <p>The topics are compacted: what was overwritten long ago is gone, and then the tables of then cannot be had any more.
 *
 * @param tables catalog and performance
 * @param rules the policy; null where it is gone
 * @param missing what cannot be had any more
 */
record PastTables(Tables tables, @Nullable TeamRules rules, List<String> missing) {

    static PastTables at(Decision decision, TopicLog log) {
        Tables tables = new Tables();
        List<String> missing = new ArrayList<>();
        if (!feed(
                log,
                List.of(Topics.CATALOG, Topics.ALIASES),
                tables,
                versions -> versions.catalog().equals(decision.getCatalogVersion()))) {
            missing.add("the catalog of version " + decision.getCatalogVersion());
        }
        if (!feed(
                log,
                List.of(Topics.MODEL_PERFORMANCE),
                tables,
                versions -> versions.performance().equals(decision.getPerformanceVersion()))) {
            missing.add("the model performance of version " + decision.getPerformanceVersion());
        }
        TeamRules rules = rules(decision, log);
        if (rules == null) {
            missing.add("the policy of version " + decision.getPolicyVersion());
        }
        return new PastTables(tables, rules, missing);
    }

    /** Whether the tables came to say what is wanted. */
    private static boolean feed(TopicLog log, List<Topic<?>> topics, Tables tables, Predicate<TableVersions> isWanted) {
        var feed = new Object() {
            boolean done = isWanted.test(tables.versions());
        };
        log.scan(topics, record -> {
            if (!feed.done) {
                put(log, record, tables);
                feed.done = isWanted.test(tables.versions());
            }
        });
        return feed.done;
    }

    /** Puts a record of a table's topic into the tables. */
    static void put(TopicLog log, ConsumerRecord<byte[], byte[]> record, Tables tables) {
        put(log, record, Topics.CATALOG, tables::putOffer);
        put(log, record, Topics.ALIASES, tables::putAlias);
        put(log, record, Topics.POLICIES, tables::putPolicy);
        put(log, record, Topics.MODEL_PERFORMANCE, tables::putPerformance);
    }

    private static <V extends SpecificRecord> void put(
            TopicLog log,
            ConsumerRecord<byte[], byte[]> record,
            Topic<V> topic,
            BiConsumer<String, @Nullable V> table) {
        if (!record.topic().equals(log.name(topic)) || record.key() == null) {
            return;
        }
        Deserializer<V> deserializer = log.serdes().avro(topic).deserializer();
        table.accept(
                new String(record.key(), StandardCharsets.UTF_8),
                record.value() == null ? null : deserializer.deserialize(record.topic(), record.value()));
    }

    private static @Nullable TeamRules rules(Decision decision, TopicLog log) {
        List<TeamPolicy> found = new ArrayList<>();
        log.each(Topics.POLICIES, entry -> {
            TeamPolicy policy = entry.value();
            if (policy.getVersion().equals(decision.getPolicyVersion())
                    && (policy.getTeam().equals(decision.getTeam())
                            || policy.getTeam().equals("*"))) {
                found.add(policy);
            }
        });
        return found.isEmpty() ? null : TeamRules.of(found.get(found.size() - 1));
    }
}
