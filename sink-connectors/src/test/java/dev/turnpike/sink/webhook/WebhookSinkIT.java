package dev.turnpike.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.LocalCluster;
import dev.turnpike.cluster.LocalConnect;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.sink.webhook.Receiver.Fault;
import dev.turnpike.sink.webhook.Receiver.Post;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebhookSinkIT {

    private static final Path SHIPPED = Path.of("..", "deploy", "connect", "webhook.properties");
    private static final int ALERTS = 5;

    private final LocalCluster cluster = LocalCluster.shared().withTopics("hooks.");

    @Test
    void shouldDeliverToOneWebhookWhileAnotherIsDeadAndToThatOneWhenItIsBack(@TempDir Path dir) {
        try (Receiver alive = new Receiver();
                Receiver dead = new Receiver();
                LocalConnect connect = LocalConnect.start(cluster.bootstrapServers(), dir)) {
            // given two webhooks, of which one takes posts and does not answer
            dead.is(Fault.NEVER_ANSWERS);
            connect.deploy(settings("alive", alive));
            connect.deploy(settings("dead", dead));

            // when
            publish();

            // then
            awaitAll(alive);
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> dead.posts() > 0);
            assertThat(dead.taken()).isEmpty();
            dead.is(Fault.NONE);
            awaitAll(dead);
            assertThat(alive.taken()).hasSize(ALERTS);
        }
    }

    private static void awaitAll(Receiver receiver) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> receiver.taken().size() >= ALERTS);
        assertThat(receiver.taken()).extracting(Post::idempotencyKey).doesNotHaveDuplicates();
    }

    private void publish() {
        EventSerdes serdes = new EventSerdes(Map.of("schema.registry.url", cluster.registryUrl()));
        String topic = Topics.ALERTS.name("hooks.");
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < ALERTS; i++) {
                byte[] value = serdes.avro(Topics.ALERTS).serializer().serialize(topic, Alerts.alert("alert-" + i));
                producer.send(new ProducerRecord<>(topic, "search".getBytes(StandardCharsets.UTF_8), value));
            }
        }
    }

    /** As it is shipped, with what differs here. */
    private Map<String, String> settings(String name, Receiver receiver) {
        Properties shipped = new Properties();
        try (Reader reader = Files.newBufferedReader(SHIPPED)) {
            shipped.load(reader);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Map<String, String> settings = new HashMap<>();
        shipped.forEach((key, value) -> settings.put((String) key, (String) value));
        settings.put("name", name);
        settings.put("url", receiver.url());
        settings.put("topics", Topics.ALERTS.name("hooks."));
        settings.put("topics.prefix", "hooks.");
        settings.put("bootstrap.servers", cluster.bootstrapServers());
        settings.put("schema.registry.url", cluster.registryUrl());
        settings.put("timeout.ms", "3000");
        settings.put("retry.pause.ms", "50");
        return settings;
    }
}
