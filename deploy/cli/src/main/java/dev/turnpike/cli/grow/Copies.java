package dev.turnpike.cli.grow;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.LeaseKeys;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topic.Partitioning;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.PriceProgress;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.Tick;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.schemas.serde.Received;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** What becomes of a record: to which of the new partitions it goes, and what the places that it names are called there. */
final class Copies {

    /*
     * A record goes to the new owner of whom it was about, if the old partition was that of the old owner. What was misplaced stays
     * where it was: nobody owns it there now either, and what was made of it (a moved record, a dead letter) is copied as well.
     *
     * What a partition says of itself (ticks, how far it is with policies and orgs) is said by each partition that comes of it: their
     * teams have seen all of it. Everything that names an offset is copied after what it names.
     */

    // anybody may write to them by any key, or none
    private static final Set<Topic<?>> BY_TEAM_OF_VALUE = Set.of(
            Topics.REQUESTS,
            Topics.USAGE,
            Topics.OUTCOMES,
            Topics.CANCELLATIONS,
            Topics.CANCELLED,
            Topics.REQUESTS_MOVED,
            Topics.USAGE_MOVED,
            Topics.OUTCOMES_MOVED);

    private final Cluster from;
    private final Cluster to;
    private final int before;
    private final int after;
    private final Places places;
    private final EventSerdes serdes;

    Copies(Cluster from, Cluster to, int before, int after, Places places) {
        this.from = from;
        this.to = to;
        this.before = before;
        this.after = after;
        this.places = places;
        this.serdes = from.serdes();
    }

    /** The partitions that come of an old one. */
    List<Integer> partitionsOf(Topic<?> topic, int partition) {
        return topic.partitioning() == Partitioning.SINGLE
                ? List.of(0)
                : IntStream.iterate(partition, each -> each < after, each -> each + before)
                        .boxed()
                        .toList();
    }

    List<ProducerRecord<byte[], byte[]>> of(Topic<?> topic, ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        if (topic == Topics.TICKS && value != null) {
            return partitionsOf(topic, record.partition()).stream()
                    .map(partition -> copy(
                            topic,
                            record,
                            partition,
                            record.key(),
                            changed(Topics.TICKS, value, tick -> tick(tick, partition))))
                    .toList();
        }
        if (topic == Topics.BUDGETS && value != null) {
            return states(record, value);
        }
        if (topic == Topics.LEASE_REQUESTS && value != null) {
            return words(record, value);
        }
        int partition = target(topic, record);
        if (value == null) {
            return List.of(copy(topic, record, partition, record.key(), null));
        }
        byte[] changed = value;
        if (topic == Topics.DECISIONS) {
            changed = changed(Topics.DECISIONS, value, decision -> source(decision, partition));
        } else if (topic == Topics.LEDGER) {
            changed = changed(Topics.LEDGER, value, entry -> source(entry, partition));
        } else if (topic == Topics.MODEL_PERFORMANCE) {
            int samples = Ownership.partitionOf(key(record), after);
            changed = changed(Topics.MODEL_PERFORMANCE, value, told -> sample(told, samples));
        }
        return List.of(copy(topic, record, partition, record.key(), changed));
    }

    private int target(Topic<?> topic, ConsumerRecord<byte[], byte[]> record) {
        if (topic.partitioning() == Partitioning.SINGLE) {
            return 0;
        }
        String owner = ownerIn(topic, record);
        if (owner == null || Ownership.partitionOf(owner, before) != record.partition()) {
            return record.partition();
        }
        return Ownership.partitionOf(owner, after);
    }

    /** Whose hash says where a record belongs; null where nobody's does. */
    private @Nullable String ownerIn(Topic<?> topic, ConsumerRecord<byte[], byte[]> record) {
        if (topic == Topics.DEAD_LETTERS) {
            return null;
        }
        if (BY_TEAM_OF_VALUE.contains(topic)) {
            return teamIn(topic, record);
        }
        if (topic == Topics.BUDGETS || topic == Topics.LEASES) {
            return PositionKey.decode(key(record)).team();
        }
        if (topic == Topics.LEASE_REQUESTS) {
            return LeaseKeys.orgOf(key(record));
        }
        if (topic == Topics.SPEND) {
            SpendAggregate cell = record.value() == null ? null : read(Topics.SPEND, record.value());
            return cell == null ? null : cell.getTeam();
        }
        return key(record);
    }

    private <V extends SpecificRecord> @Nullable String teamIn(Topic<V> topic, ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return null;
        }
        Received<V> received =
                serdes.received(topic).deserializer().deserialize(record.topic(), record.headers(), record.value());
        V value = received.value();
        return value == null
                ? null
                : value.get(value.getSchema().getField("team").pos()).toString();
    }

    private List<ProducerRecord<byte[], byte[]>> states(ConsumerRecord<byte[], byte[]> record, byte[] value) {
        PositionKey key = PositionKey.decode(key(record));
        if (!key.isOfPolicies()) {
            int partition = target(Topics.BUDGETS, record);
            byte[] changed = changed(Topics.BUDGETS, value, state -> heard(state, partition));
            return List.of(copy(Topics.BUDGETS, record, partition, record.key(), changed));
        }
        return partitionsOf(Topics.BUDGETS, record.partition()).stream()
                .map(partition -> {
                    PositionKey own = PositionKey.ofPolicies(partition);
                    byte[] changed = changed(Topics.BUDGETS, value, state -> {
                        heard(state, partition);
                        state.setScopeValue(own.scopeValue());
                        state.setVersion(places.before(Topics.POLICIES, 0, state.getVersion()));
                        state.setOrgsOffset(beforeOrNull(Topics.ORGS, state.getOrgsOffset()));
                        PriceProgress prices = state.getPrices();
                        if (prices != null) {
                            prices.setNext(places.before(Topics.LEDGER, partition, prices.getNext()));
                            prices.setUntil(places.before(Topics.LEDGER, partition, prices.getUntil()));
                        }
                    });
                    return copy(Topics.BUDGETS, record, partition, own.encode().getBytes(UTF_8), changed);
                })
                .toList();
    }

    private List<ProducerRecord<byte[], byte[]>> words(ConsumerRecord<byte[], byte[]> record, byte[] value) {
        int partition = target(Topics.LEASE_REQUESTS, record);
        LeaseRequest told = read(Topics.LEASE_REQUESTS, value);
        List<Integer> tellers = told.getTeam().isEmpty()
                ? partitionsOf(Topics.LEASE_REQUESTS, told.getPartition())
                : List.of(Ownership.partitionOf(told.getTeam(), after));
        return tellers.stream()
                .map(teller -> {
                    LeaseRequest word = LeaseRequest.newBuilder(told)
                            .setPartition(teller)
                            .setOrgsOffset(beforeOrNull(Topics.ORGS, told.getOrgsOffset()))
                            .setPoliciesOffset(beforeOrNull(Topics.POLICIES, told.getPoliciesOffset()))
                            .build();
                    byte[] changed = write(Topics.LEASE_REQUESTS, word);
                    byte[] key = LeaseKeys.of(word).getBytes(UTF_8);
                    return copy(Topics.LEASE_REQUESTS, record, partition, key, changed);
                })
                .toList();
    }

    private static void tick(Tick tick, int partition) {
        tick.setPartition(partition);
    }

    private void heard(BudgetState state, int partition) {
        state.setDispatchOffset(places.upTo(Topics.DISPATCHES, partition, state.getDispatchOffset()));
    }

    private void sample(ModelPerformance told, int partition) {
        Long offset = told.getSampleOffset();
        if (offset != null) {
            told.setSampleOffset(places.upTo(Topics.PERFORMANCE_SAMPLES, partition, offset));
        }
    }

    private void source(Decision decision, int partition) {
        Topic<?> source = topicOf(decision.getSourceTopic()).orElse(null);
        if (source != null) {
            decision.setSourceTopic(to.name(source));
            decision.setSourcePartition(partition);
            decision.setSourceOffset(places.of(source, partition, decision.getSourceOffset()));
        }
    }

    private void source(LedgerEntry entry, int partition) {
        String name = entry.getSourceTopic();
        Long offset = entry.getSourceOffset();
        Topic<?> source = name == null ? null : topicOf(name).orElse(null);
        if (source != null && offset != null) {
            entry.setSourceTopic(to.name(source));
            entry.setSourcePartition(partition);
            entry.setSourceOffset(places.of(source, partition, offset));
        }
    }

    private Headers headers(Topic<?> topic, ConsumerRecord<byte[], byte[]> record) {
        DeadLetter letter = topic == Topics.DEAD_LETTERS ? DeadLetter.of(record.headers()) : null;
        Topic<?> source = letter == null ? null : topicOf(letter.topic()).orElse(null);
        // what a dead letter says of an internal topic stays as it is
        if (letter == null || source == null || source == Topics.DEAD_LETTERS) {
            return record.headers();
        }
        int partition = partitionsOf(source, letter.partition()).stream()
                .filter(each -> places.holds(source, each, letter.offset()))
                .findFirst()
                .orElse(letter.partition());
        long offset = places.of(source, partition, letter.offset());
        var there = new DeadLetter(to.name(source), partition, offset, letter.reason(), letter.detail(), letter.by());
        Headers headers = new RecordHeaders(record.headers());
        there.headers().forEach(header -> headers.remove(header.key()).add(header));
        return headers;
    }

    private @Nullable Long beforeOrNull(Topic<?> table, @Nullable Long offset) {
        return offset == null ? null : places.before(table, 0, offset);
    }

    private Optional<? extends Topic<?>> topicOf(String name) {
        return Topics.ALL.stream()
                .filter(topic -> from.name(topic).equals(name))
                .findFirst();
    }

    private ProducerRecord<byte[], byte[]> copy(
            Topic<?> topic,
            ConsumerRecord<byte[], byte[]> record,
            int partition,
            byte @Nullable [] key,
            byte @Nullable [] value) {
        // some clients write negative times, which count as none
        long time = Math.max(0, record.timestamp());
        return new ProducerRecord<>(to.name(topic), partition, time, key, value, headers(topic, record));
    }

    private <V extends SpecificRecord> byte[] changed(Topic<V> topic, byte[] bytes, Consumer<V> change) {
        V value = read(topic, bytes);
        change.accept(value);
        return write(topic, value);
    }

    private <V extends SpecificRecord> V read(Topic<V> topic, byte[] bytes) {
        return serdes.avro(topic).deserializer().deserialize(from.name(topic), bytes);
    }

    private <V extends SpecificRecord> byte[] write(Topic<V> topic, V value) {
        return serdes.avro(topic).serializer().serialize(to.name(topic), value);
    }

    private static String key(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? "" : new String(record.key(), UTF_8);
    }
}
