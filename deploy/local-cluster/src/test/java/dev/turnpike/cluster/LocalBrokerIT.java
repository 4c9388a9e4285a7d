package dev.turnpike.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalBrokerIT {

    @TempDir
    private Path dataDir;

    @Test
    void shouldShowOnlyWhatWasCommitted() throws Exception {
        try (LocalBroker broker = LocalBroker.start(dataDir, 0)) {
            // given
            Records.createTopic(broker.bootstrapServers(), 1);

            // when
            Records.commit(broker.bootstrapServers(), "a");
            Records.abort(broker.bootstrapServers(), "b");
            Records.commit(broker.bootstrapServers(), "c");

            // then
            awaitCommitted(broker.bootstrapServers(), "a", "c");
        }
    }

    @Test
    void shouldGoOnWhereItStoppedWhenStartedAgain() throws Exception {
        // given
        try (LocalBroker broker = LocalBroker.start(dataDir, 0)) {
            Records.createTopic(broker.bootstrapServers(), 1);
            Records.commit(broker.bootstrapServers(), "before");
        }

        // when
        try (LocalBroker again = LocalBroker.start(dataDir, 0)) {
            Records.commit(again.bootstrapServers(), "after");

            // then
            awaitCommitted(again.bootstrapServers(), "before", "after");
        }
    }

    @Test
    void shouldGoOnAfterAKill() throws Exception {
        // given
        try (ChildJvm killed = ChildJvm.start(dataDir.resolve("child"), BrokerProcess.class, dataDir)) {
            String bootstrapServers = killed.awaitLine("listening");
            Records.createTopic(bootstrapServers, 1);
            Records.commit(bootstrapServers, "before");
            killed.kill();
        }

        // when
        try (LocalBroker again = LocalBroker.start(dataDir, 0)) {
            Records.commit(again.bootstrapServers(), "after");

            // then
            awaitCommitted(again.bootstrapServers(), "before", "after");
        }
    }

    @Test
    void shouldRefuseAPortInUse(@TempDir Path other) {
        try (LocalBroker broker = LocalBroker.start(dataDir, 0)) {
            int port = portOf(broker);

            assertThatThrownBy(() -> LocalBroker.start(other, port))
                    .isInstanceOf(ClusterException.class)
                    .hasMessage(
                            "Kafka port " + port + ": already in use: stop what listens there or choose another port");
        }
    }

    @Test
    void shouldRefuseAFolderInUse() {
        LocalBroker broker = LocalBroker.start(dataDir, 0);
        try (broker) {
            assertThatThrownBy(() -> LocalBroker.start(dataDir, 0))
                    .isInstanceOf(ClusterException.class)
                    .hasMessage(dataDir
                            + ": this data folder is in use: stop the process that uses it or choose another folder");
        }

        // the refusal left nothing behind, and closing twice is harmless
        broker.close();
        LocalBroker.start(dataDir, 0).close();
    }

    @Test
    void shouldRefuseAFolderThatIsAFile(@TempDir Path parent) throws Exception {
        Path file = Files.createFile(parent.resolve("file"));

        assertThatThrownBy(() -> LocalBroker.start(file, 0))
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith(file + ": this data folder cannot be written");
    }

    @Test
    void shouldNotCreateATopicThatIsOnlyAskedFor() throws Exception {
        try (LocalBroker broker = LocalBroker.start(dataDir, 0);
                Admin admin = Records.admin(broker.bootstrapServers())) {
            assertThat(Records.partitions(broker.bootstrapServers())).isZero();
            assertThat(admin.listTopics().names().get(30, SECONDS)).isEmpty();
        }
    }

    @Test
    void shouldServeWhileOneOfThreeIsAway() throws Exception {
        // given: three nodes, each waiting for the others
        List<CompletableFuture<LocalBroker>> starting = new ArrayList<>();
        for (BrokerNode node : BrokerNode.quorum(3)) {
            starting.add(CompletableFuture.supplyAsync(
                    () -> LocalBroker.start(dataDir.resolve("node-" + node.id()), node),
                    task -> new Thread(task, "start-" + node.id()).start()));
        }
        List<LocalBroker> brokers =
                starting.stream().map(CompletableFuture::join).toList();
        try {
            String bootstrapServers = String.join(
                    ",", brokers.stream().map(LocalBroker::bootstrapServers).toList());
            Records.createTopic(bootstrapServers, 3);
            Records.commit(bootstrapServers, "by three");

            // when
            brokers.get(0).close();
            Records.commit(bootstrapServers, "by two");

            // then
            awaitCommitted(bootstrapServers, "by three", "by two");
        } finally {
            brokers.forEach(LocalBroker::close);
        }
    }

    private static int portOf(LocalBroker broker) {
        String address = broker.bootstrapServers();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    // a commit is answered before its markers are in the log
    private static void awaitCommitted(String bootstrapServers, String... texts) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(Records.committed(bootstrapServers)).containsExactly(texts));
    }
}
