package dev.turnpike.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TcpProxyIT {

    @Test
    void shouldStandBetweenABrokerAndAllOfItsClients(@TempDir Path dataDir) throws Exception {
        int brokerPort = Ports.free(1).get(0);
        try (TcpProxy proxy = TcpProxy.start(brokerPort)) {
            String address = Ports.LOOPBACK + ":" + proxy.port();
            BrokerNode node =
                    BrokerNode.alone(brokerPort).with(Map.of("advertised.listeners", "PLAINTEXT://" + address));
            try (LocalBroker broker = LocalBroker.start(dataDir, node);
                    Admin impatient = Admin.create(Map.of(
                            "bootstrap.servers", broker.bootstrapServers(),
                            "request.timeout.ms", 1_000,
                            "default.api.timeout.ms", 2_000))) {
                // given
                Records.createTopic(address, 1);
                assertThat(impatient.listTopics().names().get()).hasSize(1);

                // when
                proxy.cut();

                // then
                assertThatThrownBy(() -> impatient.listTopics().names().get())
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(TimeoutException.class);

                // when
                proxy.heal();

                // then
                Records.commit(address, "after");
            }
        }
    }
}
