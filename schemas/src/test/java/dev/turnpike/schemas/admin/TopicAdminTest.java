package dev.turnpike.schemas.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.MockAdminClient;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicAdminTest {

    private static final String PREFIX = "llm.";

    private final MockAdminClient admin = MockAdminClient.create().numBrokers(3).build();

    @Test
    void shouldCreateEveryTopicAsTheContractSays() {
        TopicAdmin.create(admin, PREFIX, 4, 3);

        assertThat(TopicAdmin.check(admin, PREFIX, Topics.ALL)).isEmpty();
        assertThat(TopicAdmin.partitions(admin, PREFIX)).isEqualTo(4);
        assertThat(partitions(Topics.DEAD_LETTERS)).isEqualTo(4);
        assertThat(partitions(Topics.CATALOG)).isEqualTo(1);
        assertThat(config(Topics.REQUESTS))
                .containsEntry("message.timestamp.type", "LogAppendTime")
                .containsEntry("cleanup.policy", "delete")
                .containsEntry("retention.ms", "604800000");
        assertThat(config(Topics.DISPATCHES)).containsEntry("message.timestamp.type", "CreateTime");
        assertThat(config(Topics.LEDGER)).containsEntry("retention.ms", "-1").containsEntry("cleanup.policy", "delete");
        assertThat(config(Topics.BUDGETS)).containsEntry("cleanup.policy", "compact");
        assertThat(config(Topics.SPEND))
                .containsEntry("cleanup.policy", "compact,delete")
                .containsEntry("retention.ms", "34560000000");
    }

    @Test
    void shouldLeaveATopicThatIsThereAsItIs() {
        createTopic("llm.catalog", 1, Map.of("cleanup.policy", "compact", "min.compaction.lag.ms", "7"));

        TopicAdmin.create(admin, PREFIX, 4, 1);
        TopicAdmin.create(admin, PREFIX, 4, 1);

        assertThat(config(Topics.CATALOG)).containsEntry("min.compaction.lag.ms", "7");
        assertThat(partitions(Topics.USAGE)).isEqualTo(4);
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThat(TopicAdmin.check(admin, PREFIX, List.of(Topics.REQUESTS, Topics.CATALOG)))
                .containsExactly(
                        "llm.requests: does not exist; run topics create",
                        "llm.catalog: does not exist; run topics create");
        assertThatThrownBy(() -> TopicAdmin.partitions(admin, PREFIX))
                .isInstanceOf(KafkaException.class)
                .hasMessage("llm.requests: does not exist; run topics create");
    }

    @Test
    void shouldSayWhichCountsDiffer() {
        TopicAdmin.create(admin, PREFIX, 4, 1);
        recreate("llm.usage", 3, config(Topics.USAGE));
        recreate("llm.catalog", 2, config(Topics.CATALOG));

        assertThat(TopicAdmin.check(admin, PREFIX, Topics.ALL))
                .containsExactly(
                        "llm.usage: has 3 partitions, llm.requests has 4; recreate one of them, all topics keyed by team"
                                + " need the same count",
                        "llm.catalog: has 2 partitions, must have 1; recreate it");
    }

    @ParameterizedTest
    @CsvSource({
        "requests, message.timestamp.type, CreateTime, 'message.timestamp.type=CreateTime, must be LogAppendTime'",
        "dispatches, message.timestamp.type, LogAppendTime, 'message.timestamp.type=LogAppendTime, must be CreateTime'",
        "budgets, cleanup.policy, delete, 'cleanup.policy=delete, must be compact'",
        "catalog, cleanup.policy, 'compact,delete', 'cleanup.policy=compact,delete, must be compact'",
        "usage, retention.ms, 3600000, 'retention.ms=3600000, must be at least 2592000000 (720 hours)'",
        // a broker's default of a week would let the books rot
        "ledger, retention.ms, 604800000, 'retention.ms=604800000, must be at least 34560000000 (9600 hours)'"
    })
    void shouldSayWhichSettingIsWrongAndHowToSetIt(String suffix, String key, String value, String problem) {
        TopicAdmin.create(admin, PREFIX, 4, 1);
        alter(PREFIX + suffix, key, value);

        assertThat(TopicAdmin.check(admin, PREFIX, Topics.ALL))
                .containsExactly(PREFIX + suffix + ": " + problem + "; set it with kafka-configs");
    }

    @ParameterizedTest
    @CsvSource({
        "usage, retention.ms, -1",
        "usage, retention.ms, 9000000000",
        "ledger, retention.ms, 220898160000",
        // in any order
        "spend, cleanup.policy, 'delete, compact'"
    })
    void shouldLeaveOperatorsToKeepMore(String suffix, String key, String value) {
        TopicAdmin.create(admin, PREFIX, 4, 1);
        alter(PREFIX + suffix, key, value);

        assertThat(TopicAdmin.check(admin, PREFIX, Topics.ALL)).isEmpty();
    }

    @Test
    void shouldNameTheTopicThatTheClusterRefuses() {
        admin.timeoutNextRequest(1);

        assertThatThrownBy(() -> TopicAdmin.create(admin, PREFIX, 4, 1))
                .isInstanceOf(KafkaException.class)
                .hasMessageStartingWith("llm.");
    }

    private int partitions(Topic<?> topic) {
        return get(admin.describeTopics(List.of(topic.name(PREFIX))).allTopicNames())
                .get(topic.name(PREFIX))
                .partitions()
                .size();
    }

    private Map<String, String> config(Topic<?> topic) {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name(PREFIX));
        Map<String, String> config = new HashMap<>();
        get(admin.describeConfigs(List.of(resource)).all())
                .get(resource)
                .entries()
                .forEach(entry -> config.put(entry.name(), entry.value()));
        return config;
    }

    private void recreate(String name, int partitions, Map<String, String> config) {
        get(admin.deleteTopics(List.of(name)).all());
        createTopic(name, partitions, config);
    }

    private void createTopic(String name, int partitions, Map<String, String> config) {
        get(admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(config)))
                .all());
    }

    private void alter(String name, String key, String value) {
        get(admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, name),
                        List.of(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET))))
                .all());
    }

    private static <R> R get(KafkaFuture<R> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
