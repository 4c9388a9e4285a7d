package dev.turnpike.metering.state;

import dev.turnpike.schemas.Topics;
import dev.turnpike.streams.StreamsSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** A meter goes on where its ledger ends, or does not start: without its state it would book everything a second time. */
public final class Continuity {

    private Continuity() {}

    /**
     * Looks whether there is a ledger, and the state that belongs to it.
     *
     * @throws IllegalStateException if there is a ledger without
     */
    public static void check(StreamsSettings settings, int partitions) {
        Map<String, Object> connection = new HashMap<>(settings.kafka());
        connection.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        try (Admin admin = Admin.create(connection)) {
            String changelog = settings.applicationId() + '-' + MeteringStores.ACCOUNTS + "-changelog";
            if (!admin.listTopics().names().get().contains(changelog) && hasLedger(admin, settings, partitions)) {
                throw new IllegalStateException(settings.topic(Topics.LEDGER) + ": has entries, and application "
                        + settings.applicationId()
                        + " has no state, so it would write them again; set application.id to that of"
                        + " the meter that wrote them, or give this one topics of its own with topics.prefix");
            }
        } catch (ExecutionException e) {
            throw new KafkaException("the cluster cannot be asked for its topics: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while asking the cluster for its topics", e);
        }
    }

    private static boolean hasLedger(Admin admin, StreamsSettings settings, int partitions)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            ends.put(new TopicPartition(settings.topic(Topics.LEDGER), partition), OffsetSpec.latest());
        }
        return admin.listOffsets(ends).all().get().values().stream().anyMatch(end -> end.offset() > 0);
    }
}
