package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.metering.state.MeterView;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which partitions have a part in an answer, and up to which broker time each is read.
 *
 * <p>Partitions move between instances while they are asked: one may have no part in an answer although every instance gave one,
 * and one may have two.
 */
final class Share {

    private static final String PARTITIONS = "partitions";

    private final MeterView meter;
    private final SortedMap<Integer, Long> read;
    private boolean hasOneTwice;

    private Share(MeterView meter) {
        this.meter = meter;
        this.read = new TreeMap<>(meter.readUntil());
    }

    /** To be begun before the stores are read. */
    static Share of(MeterView meter) {
        return new Share(meter);
    }

    /** After the stores were read: what has gone meanwhile may have been read or not. */
    Share ended() {
        read.keySet().retainAll(meter.readUntil().keySet());
        return this;
    }

    /** Tells another instance. */
    void tell(ObjectNode answer) {
        ObjectNode told = answer.putObject(PARTITIONS);
        read.forEach((partition, until) -> told.put(String.valueOf(partition), until));
    }

    /** Adds what another instance told. */
    void add(JsonNode answer) {
        answer.path(PARTITIONS).properties().forEach(each -> {
            Long before =
                    read.put(Integer.valueOf(each.getKey()), each.getValue().asLong());
            hasOneTwice |= before != null;
        });
    }

    /** Says whether every partition has its part, which have none, and what the answer is not older than. */
    void sum(ObjectNode answer) {
        answer.put("complete", read.size() == meter.partitions() && !hasOneTwice);
        ArrayNode without = answer.putArray("missing_partitions");
        for (int partition = 0; partition < meter.partitions(); partition++) {
            if (!read.containsKey(partition)) {
                without.add(partition);
            }
        }
        read.values().stream().min(Long::compare).ifPresent(oldest -> answer.put("read_until", oldest));
    }

    /** Says what the answer about one partition is not older than. */
    void sum(ObjectNode answer, int partition) {
        Long until = read.get(partition);
        if (until != null) {
            answer.put("read_until", until);
        }
    }
}
