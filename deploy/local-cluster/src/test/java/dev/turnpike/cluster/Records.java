package dev.turnpike.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Texts in a topic of one partition, written in transactions and read as committed. */
final class Records {

    private static final String TOPIC = "texts";

    private Records() {}

    static void createTopic(String bootstrapServers, int replicas) throws Exception {
        try (Admin admin = admin(bootstrapServers)) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) replicas)))
                    .all()
                    .get(30, SECONDS);
        }
    }

    static Admin admin(String bootstrapServers) {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    }

    static void commit(String bootstrapServers, String... texts) throws Exception {
        try (KafkaProducer<String, String> producer = producer(bootstrapServers)) {
            send(producer, texts);
            producer.commitTransaction();
        }
    }

    static void abort(String bootstrapServers, String... texts) throws Exception {
        try (KafkaProducer<String, String> producer = producer(bootstrapServers)) {
            send(producer, texts);
            producer.abortTransaction();
        }
    }

    /** What is committed up to the first open transaction. */
    static List<String> committed(String bootstrapServers) {
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        try (KafkaConsumer<String, String> consumer = consumer(bootstrapServers)) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            List<String> texts = new ArrayList<>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofSeconds(1)).forEach(record -> texts.add(record.value()));
            }
            return texts;
        }
    }

    static int partitions(String bootstrapServers) {
        try (KafkaConsumer<String, String> consumer = consumer(bootstrapServers)) {
            return consumer.partitionsFor(TOPIC).size();
        }
    }

    private static KafkaConsumer<String, String> consumer(String bootstrapServers) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new StringDeserializer(),
                new StringDeserializer());
    }

    private static KafkaProducer<String, String> producer(String bootstrapServers) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers, "transactional.id", "writer");
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static void send(KafkaProducer<String, String> producer, String... texts) throws Exception {
        producer.initTransactions();
        producer.beginTransaction();
        for (String text : texts) {
            producer.send(new ProducerRecord<>(TOPIC, text)).get(30, SECONDS);
        }
    }
}
