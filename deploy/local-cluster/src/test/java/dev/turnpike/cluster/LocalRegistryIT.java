package dev.turnpike.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.turnpike.schemas.registry.RegistryException;
import dev.turnpike.schemas.registry.SchemaRegistry;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalRegistryIT {

    private static final String SUBJECT = "parcels-value";
    private static final Schema PARCEL =
            SchemaBuilder.record("Parcel").fields().requiredLong("grams").endRecord();
    private static final Schema PARCEL_WITH_LABEL = SchemaBuilder.record("Parcel")
            .fields()
            .requiredLong("grams")
            .optionalString("label")
            .endRecord();
    private static final Schema PARCEL_WITH_REQUIRED_LABEL = SchemaBuilder.record("Parcel")
            .fields()
            .requiredLong("grams")
            .requiredString("label")
            .endRecord();

    @TempDir
    private Path dataDir;

    @Test
    void shouldKeepSchemasAndIdsWhenStartedAgain() {
        // given
        int first;
        int second;
        try (LocalRegistry registry = LocalRegistry.start(dataDir, 0)) {
            first = client(registry).register(SUBJECT, PARCEL);
            second = client(registry).register(SUBJECT, PARCEL_WITH_LABEL);
        }

        // when
        try (LocalRegistry again = LocalRegistry.start(dataDir, 0)) {
            SchemaRegistry client = client(again);

            // then
            assertThat(client.byId(first)).isEqualTo(PARCEL);
            assertThat(client.idOf(SUBJECT, PARCEL)).isEqualTo(first);
            assertThat(client.latest(SUBJECT)).isEqualTo(new SchemaRegistry.Registered(second, PARCEL_WITH_LABEL));
        }
    }

    @Test
    void shouldRefuseASchemaThatCannotReadOlderRecords() {
        try (LocalRegistry registry = LocalRegistry.start(dataDir, 0)) {
            // given
            SchemaRegistry client = client(registry);
            client.register(SUBJECT, PARCEL);

            // when
            assertThatThrownBy(() -> client.register(SUBJECT, PARCEL_WITH_REQUIRED_LABEL))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("409");

            // then
            assertThat(client.latest(SUBJECT).schema()).isEqualTo(PARCEL);
            assertThat(client.compatibility(null)).isEqualTo("BACKWARD");
        }
    }

    @Test
    void shouldEndWithAParentThatIsKilledAndKeepWhatItAnswered() throws Exception {
        // given
        ProcessHandle server;
        int id;
        try (ChildJvm parent = ChildJvm.start(dataDir.resolve("child"), RegistryProcess.class, dataDir)) {
            server =
                    ProcessHandle.of(Long.parseLong(parent.awaitLine("server"))).orElseThrow();
            id = client(parent.awaitLine("listening")).register(SUBJECT, PARCEL);

            // when
            parent.kill();
        }

        // then: the folder is free at once, though the server may need a moment
        try (LocalRegistry again = LocalRegistry.start(dataDir, 0)) {
            assertThat(client(again).byId(id)).isEqualTo(PARCEL);
        }
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(server.isAlive()).isFalse());
    }

    @Test
    void shouldStayWhenATerminalInterruptsIt() throws Exception {
        try (LocalRegistry registry = LocalRegistry.start(dataDir, 0)) {
            // given
            ProcessHandle server = ProcessHandle.of(registry.pid()).orElseThrow();

            // when
            for (String signal : List.of("-INT", "-HUP")) {
                Process kill = new ProcessBuilder("kill", signal, Long.toString(registry.pid())).start();
                assertThat(kill.waitFor()).isZero();
            }

            // then: it has had time enough to end, and still answers
            assertThatThrownBy(() -> server.onExit().get(2, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
            assertThat(client(registry).register(SUBJECT, PARCEL)).isPositive();
        }
    }

    @Test
    void shouldEndItsProcessWhenClosed() {
        LocalRegistry registry = LocalRegistry.start(dataDir, 0);
        ProcessHandle server = ProcessHandle.of(registry.pid()).orElseThrow();

        registry.close();
        registry.close();

        assertThat(server.isAlive()).isFalse();
    }

    @Test
    void shouldRefuseAPortInUse() throws Exception {
        try (ServerSocket other = new ServerSocket(0)) {
            assertThatThrownBy(() -> LocalRegistry.start(dataDir, other.getLocalPort()))
                    .isInstanceOf(ClusterException.class)
                    .hasMessage("schema registry port " + other.getLocalPort()
                            + ": already in use: stop what listens there or choose another port");
        }
    }

    @Test
    void shouldSayWhyTheServerEnded() {
        RegistryHome broken = new RegistryHome(dataDir.resolve("none.jar"), "no.such.Server");

        assertThatThrownBy(() -> LocalRegistry.start(broken, dataDir, 0))
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith(
                        "the schema registry ended with code 1; the end of " + dataDir.resolve("registry.log") + ":\n")
                .hasMessageContaining("ClassNotFoundException: no.such.Server");
    }

    private static SchemaRegistry client(LocalRegistry registry) {
        return client(registry.url());
    }

    private static SchemaRegistry client(String url) {
        return SchemaRegistry.connect(Map.of("schema.registry.url", url));
    }
}
