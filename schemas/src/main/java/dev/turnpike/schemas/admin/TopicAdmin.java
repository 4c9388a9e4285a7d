package dev.turnpike.schemas.admin;

import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topic.Partitioning;
import dev.turnpike.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates the topics of the contract, and says what is wrong with those that are there. */
public final class TopicAdmin {

    private static final String FOR_EVER = "-1";
    private static final String BROKER_TIME = "LogAppendTime";
    private static final String PRODUCER_TIME = "CreateTime";
    // longer than any other topic is kept: a ledger with a broker's default of a week is a mistake, not a choice
    private static final Duration LEAST_FOR_EVER = Duration.ofDays(400);

    private static final Duration KNOWN_WITHIN = Duration.ofSeconds(30);

    /** The longest record we write: one that came compressed through a client's smaller limit, and what we add to it. */
    public static final int MOST_BYTES_OF_OURS = 20 * 1024 * 1024;

    // what anybody may write to keeps the broker's own limit
    private static final Set<Topic<?>> PUBLIC =
            Set.of(Topics.REQUESTS, Topics.CANCELLATIONS, Topics.USAGE, Topics.OUTCOMES);

    private TopicAdmin() {}

    /**
     * Creates every topic that is not there yet; those that are there are left as they are.
     *
     * @param partitions of each topic keyed by team
     * @throws KafkaException if the cluster refuses
     */
    public static void create(Admin admin, String prefix, int partitions, int replication) {
        List<NewTopic> topics = Topics.ALL.stream()
                .map(topic -> new NewTopic(
                                topic.name(prefix),
                                topic.partitioning() == Partitioning.SINGLE ? 1 : partitions,
                                (short) replication)
                        .configs(configs(topic)))
                .toList();
        admin.createTopics(topics).values().forEach((name, created) -> {
            try {
                get(created, name);
            } catch (TopicExistsException e) {
                // whether it is as it must be is for check to say
            }
        });
        awaitKnown(admin, prefix);
    }

    /** The controller answers before every broker has heard of the new topics. */
    private static void awaitKnown(Admin admin, String prefix) {
        long deadline = System.nanoTime() + KNOWN_WITHIN.toNanos();
        while (describe(admin, prefix, Topics.ALL).size() < Topics.ALL.size()) {
            if (System.nanoTime() - deadline > 0) {
                throw new KafkaException("not every topic is known to the brokers " + KNOWN_WITHIN.toSeconds()
                        + " s after it was created; look at the brokers");
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
    }

    /** One line per problem with these topics, with its cure; empty if all of them are as the contract says. */
    public static List<String> check(Admin admin, String prefix, Collection<? extends Topic<?>> topics) {
        Map<Topic<?>, TopicDescription> found = describe(admin, prefix, topics);
        Map<String, Config> configs = configs(admin, prefix, found.keySet());
        Topic<?> first = topics.stream()
                .filter(topic -> topic.partitioning() == Partitioning.BY_TEAM && found.containsKey(topic))
                .findFirst()
                .orElse(null);
        List<String> problems = new ArrayList<>();
        for (Topic<?> topic : topics) {
            String name = topic.name(prefix);
            TopicDescription description = found.get(topic);
            Config config = configs.get(name);
            if (description == null || config == null) {
                problems.add(name + ": does not exist; run topics create");
                continue;
            }
            int count = description.partitions().size();
            if (topic.partitioning() == Partitioning.SINGLE && count != 1) {
                problems.add(name + ": has " + count + " partitions, must have 1; recreate it");
            } else if (topic.partitioning() == Partitioning.BY_TEAM && first != null) {
                int expected = partitions(found, first);
                if (count != expected) {
                    problems.add(name + ": has " + count + " partitions, " + first.name(prefix) + " has " + expected
                            + "; recreate one of them, all topics keyed by team need the same count");
                }
            }
            problems.addAll(problems(topic, name, config));
        }
        return problems;
    }

    /**
     * How many partitions the topics keyed by team have.
     *
     * @throws KafkaException if there are none yet
     */
    public static int partitions(Admin admin, String prefix) {
        return partitions(admin, prefix, Topics.REQUESTS);
    }

    /**
     * How many partitions a topic has.
     *
     * @throws KafkaException if it does not exist
     */
    public static int partitions(Admin admin, String prefix, Topic<?> topic) {
        Map<Topic<?>, TopicDescription> found = describe(admin, prefix, List.of(topic));
        if (found.isEmpty()) {
            throw new KafkaException(topic.name(prefix) + ": does not exist; run topics create");
        }
        return partitions(found, topic);
    }

    private static int partitions(Map<Topic<?>, TopicDescription> found, Topic<?> topic) {
        TopicDescription description = found.get(topic);
        return description == null ? 0 : description.partitions().size();
    }

    private static List<String> problems(Topic<?> topic, String name, Config config) {
        List<String> problems = new ArrayList<>();
        Map<String, String> expected = configs(topic);
        for (String key : List.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, TopicConfig.CLEANUP_POLICY_CONFIG)) {
            String actual = value(config, key);
            String wanted = expected.getOrDefault(key, "");
            if (!Set.of(actual.split(",")).equals(Set.of(wanted.split(",")))) {
                problems.add(name + ": " + key + "=" + actual + ", must be " + wanted + "; set it with kafka-configs");
            }
        }
        Duration least = topic.retention() == null ? LEAST_FOR_EVER : topic.retention();
        String retention = value(config, TopicConfig.RETENTION_MS_CONFIG);
        boolean deletes =
                expected.getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "").contains("delete");
        if (deletes && !retention.equals(FOR_EVER) && Long.parseLong(retention) < least.toMillis()) {
            problems.add(name + ": retention.ms=" + retention + ", must be at least " + least.toMillis() + " ("
                    + least.toHours() + " hours); set it with kafka-configs");
        }
        return problems;
    }

    private static String value(Config config, String key) {
        ConfigEntry entry = config.get(key);
        return entry == null || entry.value() == null ? "" : entry.value().replace(" ", "");
    }

    private static Map<String, String> configs(Topic<?> topic) {
        Map<String, String> configs = new HashMap<>();
        configs.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, topic.brokerTime() ? BROKER_TIME : PRODUCER_TIME);
        String policy = topic.compacted() ? TopicConfig.CLEANUP_POLICY_COMPACT : TopicConfig.CLEANUP_POLICY_DELETE;
        if (topic.compacted() && topic.retention() != null) {
            policy += "," + TopicConfig.CLEANUP_POLICY_DELETE;
        }
        configs.put(TopicConfig.CLEANUP_POLICY_CONFIG, policy);
        if (!PUBLIC.contains(topic)) {
            configs.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(MOST_BYTES_OF_OURS));
        }
        configs.put(
                TopicConfig.RETENTION_MS_CONFIG,
                topic.retention() == null
                        ? FOR_EVER
                        : Long.toString(topic.retention().toMillis()));
        return configs;
    }

    private static Map<Topic<?>, TopicDescription> describe(
            Admin admin, String prefix, Collection<? extends Topic<?>> topics) {
        Map<String, KafkaFuture<TopicDescription>> described = admin.describeTopics(
                        topics.stream().map(topic -> topic.name(prefix)).toList())
                .topicNameValues();
        Map<Topic<?>, TopicDescription> found = new LinkedHashMap<>();
        for (Topic<?> topic : topics) {
            String name = topic.name(prefix);
            KafkaFuture<TopicDescription> description = described.get(name);
            try {
                if (description != null) {
                    found.put(topic, get(description, name));
                }
            } catch (UnknownTopicOrPartitionException e) {
                // left out
            }
        }
        return found;
    }

    private static Map<String, Config> configs(Admin admin, String prefix, Set<Topic<?>> topics) {
        List<ConfigResource> resources = topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic.name(prefix)))
                .toList();
        Map<String, Config> configs = new HashMap<>();
        admin.describeConfigs(resources)
                .values()
                .forEach((resource, config) -> configs.put(resource.name(), get(config, resource.name())));
        return configs;
    }

    private static <R> R get(KafkaFuture<R> future, String about) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof TopicExistsException exists) {
                throw exists;
            }
            if (cause instanceof UnknownTopicOrPartitionException unknown) {
                throw unknown;
            }
            throw new KafkaException(about + ": " + (cause == null ? e : cause).getMessage(), cause);
        }
    }

    private static KafkaException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new KafkaException("interrupted while asking the cluster", e);
    }
}
