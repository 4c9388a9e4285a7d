package dev.turnpike.metering.state;

import dev.turnpike.schemas.Ownership;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.TaskMetadata;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;

/** The instances of the meter, and which partitions they have. */
public final class Instances implements Peers {

    private final KafkaStreams streams;
    private final int partitions;
    private final @Nullable String self;

    /**
     * @param partitions how many partitions the topics keyed by team have
     * @param self HOST:PORT of this instance; null where others cannot reach it
     */
    public Instances(KafkaStreams streams, int partitions, @Nullable String self) {
        this.streams = streams;
        this.partitions = partitions;
        this.self = self;
    }

    @Override
    public @Nullable String self() {
        return self;
    }

    @Override
    public SortedSet<String> others() {
        SortedSet<String> others = new TreeSet<>();
        if (self != null) {
            streams.metadataForAllStreamsClients().forEach(instance -> others.add(address(instance.hostInfo())));
            others.remove(self);
            others.remove(address(HostInfo.unavailable()));
        }
        return others;
    }

    @Override
    public @Nullable String ownerOf(String team) {
        int partition = Ownership.partitionOf(team, partitions);
        for (StreamsMetadata instance : streams.streamsMetadataForStore(MeteringStores.POSITIONS)) {
            for (TopicPartition owned : instance.topicPartitions()) {
                if (owned.partition() == partition) {
                    String owner = address(instance.hostInfo());
                    return owner.equals(self) || instance.hostInfo().equals(HostInfo.unavailable()) ? null : owner;
                }
            }
        }
        return null;
    }

    @Override
    public String state() {
        return streams.state().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public List<Progress> progress() {
        List<Progress> progress = new ArrayList<>();
        for (ThreadMetadata thread : streams.metadataForLocalThreads()) {
            for (TaskMetadata task : thread.activeTasks()) {
                for (Map.Entry<TopicPartition, Long> end : task.endOffsets().entrySet()) {
                    long committed = task.committedOffsets().getOrDefault(end.getKey(), -1L);
                    progress.add(new Progress(
                            end.getKey().topic(),
                            end.getKey().partition(),
                            Math.max(0, committed),
                            Math.max(0, end.getValue())));
                }
            }
        }
        progress.sort(Comparator.comparing(Progress::topic).thenComparingInt(Progress::partition));
        return progress;
    }

    private static String address(HostInfo host) {
        return host.host() + ':' + host.port();
    }
}
