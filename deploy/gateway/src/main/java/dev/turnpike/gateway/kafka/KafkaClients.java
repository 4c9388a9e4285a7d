package dev.turnpike.gateway.kafka;

import dev.turnpike.gateway.config.GatewayConfig;
import dev.turnpike.schemas.Topic;
import dev.turnpike.streams.StreamsSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Producers and consumers of the door. */
public final class KafkaClients {

    private static final int RECORD_OVERHEAD = 64 * 1024;
    // a call whose record is not accepted by then is sent away
    private static final Duration ACCEPTED_WITHIN = Duration.ofSeconds(10);
    private static final Duration BLOCKED_AT_MOST = Duration.ofSeconds(1);

    private final GatewayConfig config;

    public KafkaClients(GatewayConfig config) {
        this.config = config;
    }

    /** A producer that repeats nothing, and sends at once: each record is somebody who waits. */
    Producer<byte[], byte[]> producer() {
        Map<String, Object> settings = common("turnpike-gateway");
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, config.requestMaxBytes() + RECORD_OVERHEAD);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCKED_AT_MOST.toMillis());
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) ACCEPTED_WITHIN.toMillis() / 2);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) ACCEPTED_WITHIN.toMillis());
        // or the first call after a quiet while would block until the topic is looked up again
        settings.put(
                ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(365).toMillis());
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** A consumer of committed records without a group: each door reads all of it. */
    Consumer<byte[], byte[]> consumer(String name, String whereNothingIsLeft) {
        Map<String, Object> settings = common("turnpike-gateway-" + name);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, whereNothingIsLeft);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    String name(Topic<?> topic) {
        return config.cluster().topic(topic);
    }

    List<TopicPartition> partitions(Consumer<?, ?> consumer, List<Topic<?>> topics) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (Topic<?> topic : topics) {
            consumer.partitionsFor(name(topic))
                    .forEach(found -> partitions.add(new TopicPartition(found.topic(), found.partition())));
        }
        return partitions;
    }

    private Map<String, Object> common(String client) {
        StreamsSettings cluster = config.cluster();
        Map<String, Object> settings = new HashMap<>();
        settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, client);
        settings.putAll(cluster.kafka());
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
        return settings;
    }
}
