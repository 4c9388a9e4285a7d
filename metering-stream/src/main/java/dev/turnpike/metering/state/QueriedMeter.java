package dev.turnpike.metering.state;

import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.SpendKey;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.TeamPolicy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** Reads the stores of a running meter. */
public final class QueriedMeter implements MeterView {

    private final KafkaStreams streams;
    private final int partitions;

    /** @param partitions how many partitions the topics keyed by team have */
    public QueriedMeter(KafkaStreams streams, int partitions) {
        this.streams = streams;
        this.partitions = partitions;
    }

    @Override
    public SortedSet<String> teams() {
        SortedSet<String> teams = new TreeSet<>();
        this.<TeamPolicy>table(MeteringStores.POLICIES).forEach((team, policy) -> teams.add(team));
        teams.remove(Policies.ANY_TEAM);
        for (int partition = 0; partition < partitions; partition++) {
            addTeams(partition, teams);
        }
        return teams;
    }

    @Override
    public TeamPolicy policyOf(String team) {
        return new Policies(table(MeteringStores.POLICIES)).of(team);
    }

    @Override
    public List<Position> positions(String team) {
        return with(team, MeteringStores.POSITIONS, (ReadOnlyKeyValueStore<String, Position> store) -> {
            try (KeyValueIterator<String, Position> found = store.prefixScan(prefix(team), new StringSerializer())) {
                return values(found);
            }
        });
    }

    @Override
    public List<SpendAggregate> cells(String team, SpendKey.Window window, long from, long to) {
        return with(team, MeteringStores.SPEND_CELLS, (ReadOnlyKeyValueStore<String, SpendAggregate> store) -> {
            // cells that begin at an instant sort behind its prefix
            try (KeyValueIterator<String, SpendAggregate> found =
                    store.range(SpendKey.at(team, window, from), SpendKey.at(team, window, to))) {
                return values(found);
            }
        });
    }

    @Override
    public SortedMap<Integer, Long> readUntil() {
        SortedMap<Integer, Long> read = new TreeMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            try {
                read.put(
                        partition,
                        Progress.expiredUntil(streams.store(parameters(MeteringStores.PROGRESS, partition))));
            } catch (InvalidStateStoreException e) {
                // another instance has it, or it is on its way
            }
        }
        return read;
    }

    @Override
    public int partitions() {
        return partitions;
    }

    private void addTeams(int partition, SortedSet<String> teams) {
        try {
            addTeams(streams.store(parameters(MeteringStores.SPEND_CELLS, partition)), teams);
        } catch (InvalidStateStoreException e) {
            // another instance has it, or by now gets it, and knows its teams
        }
    }

    // from one team to the next, without reading what lies between
    private static void addTeams(ReadOnlyKeyValueStore<String, SpendAggregate> store, SortedSet<String> teams) {
        String from = "";
        while (from != null) {
            try (KeyValueIterator<String, SpendAggregate> next = store.range(from, null)) {
                if (next.hasNext()) {
                    String team = next.next().value.getTeam();
                    teams.add(team);
                    from = SpendKey.after(team);
                } else {
                    from = null;
                }
            }
        }
    }

    private <V, R> R with(String team, String store, Function<ReadOnlyKeyValueStore<String, V>, R> read) {
        int partition = Ownership.partitionOf(team, partitions);
        try {
            return read.apply(streams.store(parameters(store, partition)));
        } catch (InvalidStateStoreException e) {
            throw new NotHere("team " + team + " is with another instance of the meter, or on its way", e);
        }
    }

    private <V> Table<V> table(String name) {
        try {
            return new Table<>(
                    streams.store(StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.keyValueStore())));
        } catch (InvalidStateStoreException e) {
            throw new NotHere("the meter is starting", e);
        }
    }

    private static <V> StoreQueryParameters<ReadOnlyKeyValueStore<String, V>> parameters(String store, int partition) {
        return StoreQueryParameters.fromNameAndType(store, QueryableStoreTypes.<String, V>keyValueStore())
                .withPartition(partition);
    }

    // as PositionKey begins
    private static String prefix(String team) {
        return URLEncoder.encode(team, StandardCharsets.UTF_8) + '/';
    }

    private static <V> List<V> values(KeyValueIterator<String, V> found) {
        List<V> values = new ArrayList<>();
        found.forEachRemaining(entry -> values.add(entry.value));
        return values;
    }
}
