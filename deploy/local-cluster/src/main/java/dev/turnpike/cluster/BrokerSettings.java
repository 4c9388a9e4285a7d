package dev.turnpike.cluster;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The settings of a broker that shares a small machine with its clients. */
final class BrokerSettings {

    static final String CONTROLLERS = "CONTROLLER";
    private static final String CLIENTS = "PLAINTEXT";

    private BrokerSettings() {}

    static Map<String, String> of(BrokerNode node, Path log) {
        Map<String, String> settings = new TreeMap<>();
        listen(settings, node);
        replicate(settings, node.controllerPorts().size());
        saveMemory(settings);
        saveTime(settings);
        settings.put("log.dirs", log.toString());
        // a topic with the wrong partition count or timestamp type must not come into being by a typing error
        settings.put("auto.create.topics.enable", "false");
        settings.putAll(node.settings());
        return settings;
    }

    private static void listen(Map<String, String> settings, BrokerNode node) {
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(node.id()));
        settings.put(
                "listeners",
                "%s://%s:%d,%s://%s:%d"
                        .formatted(
                                CLIENTS,
                                Ports.LOOPBACK,
                                node.port(),
                                CONTROLLERS,
                                Ports.LOOPBACK,
                                node.controllerPort()));
        settings.put("listener.security.protocol.map", CLIENTS + ":PLAINTEXT," + CONTROLLERS + ":PLAINTEXT");
        settings.put("inter.broker.listener.name", CLIENTS);
        settings.put("controller.listener.names", CONTROLLERS);
        settings.put(
                "controller.quorum.voters",
                node.controllerPorts().entrySet().stream()
                        .map(voter -> voter.getKey() + "@" + Ports.LOOPBACK + ":" + voter.getValue())
                        .collect(Collectors.joining(",")));
    }

    private static void replicate(Map<String, String> settings, int nodes) {
        String replicas = Integer.toString(Math.min(3, nodes));
        String inSync = nodes >= 3 ? "2" : "1";
        settings.put("default.replication.factor", replicas);
        settings.put("min.insync.replicas", inSync);
        settings.put("offsets.topic.replication.factor", replicas);
        settings.put("transaction.state.log.replication.factor", replicas);
        settings.put("transaction.state.log.min.isr", inSync);
        settings.put("share.coordinator.state.topic.replication.factor", replicas);
        settings.put("share.coordinator.state.topic.min.isr", inSync);
    }

    private static void saveMemory(Map<String, String> settings) {
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.num.partitions", "4");
        settings.put("share.coordinator.state.topic.num.partitions", "1");
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20));
        settings.put("log.segment.bytes", Integer.toString(128 << 20));
        // enough for a segment of that size; every partition maps two of them
        settings.put("log.index.size.max.bytes", Integer.toString(1 << 20));
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        settings.put("metric.reporters", "");
    }

    private static void saveTime(Map<String, String> settings) {
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.streams.initial.rebalance.delay.ms", "0");
        // clients may ask for sessions of one second, so that a dead instance is replaced soon
        settings.put("group.min.session.timeout.ms", "1000");
        settings.put("group.consumer.min.session.timeout.ms", "1000");
        settings.put("group.consumer.min.heartbeat.interval.ms", "100");
        settings.put("group.streams.min.session.timeout.ms", "1000");
        settings.put("group.streams.min.heartbeat.interval.ms", "100");
        // a dead instance's transaction holds up every reader for its timeout plus this interval
        settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "200");
        settings.put("add.partitions.to.txn.retry.backoff.ms", "1");
        // how long a start after a kill waits; two seconds have timed out on a loaded machine
        settings.put("broker.session.timeout.ms", "4000");
        settings.put("broker.heartbeat.interval.ms", "1000");
    }
}
