package dev.turnpike.schemas;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/** Which partition owns a team, whatever partitioner a client used: Kafka's default hash of the team id. */
public final class Ownership {

    private Ownership() {}

    /** The partition of a team among {@code partitions}. */
    public static int partitionOf(String team, int partitions) {
        return Utils.toPositive(Utils.murmur2(team.getBytes(StandardCharsets.UTF_8))) % partitions;
    }
}
