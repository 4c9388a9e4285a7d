package dev.turnpike.failure;

import dev.turnpike.cluster.BrokerNode;
import dev.turnpike.cluster.LocalBroker;
import dev.turnpike.schemas.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** A broker in a process of its own; its one argument is the file that {@link #write} wrote. */
final class BrokerMain {

    static final String SERVES = "serves";

    private BrokerMain() {}

    /** Everything that a broker's process must know. */
    static Map<String, String> settings(Path dir, Path clock, BrokerNode node) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("dir", dir.toString());
        settings.put("clock", clock.toString());
        settings.put("id", Integer.toString(node.id()));
        settings.put("port", Integer.toString(node.port()));
        settings.put("cluster", node.clusterId());
        node.controllerPorts().forEach((id, port) -> settings.put("controller." + id, Integer.toString(port)));
        node.settings().forEach((key, value) -> settings.put("broker." + key, value));
        return settings;
    }

    public static void main(String[] args) throws Exception {
        Settings settings = Settings.load(Map.of(), Path.of(args[0]));
        Map<Integer, Integer> controllers = new TreeMap<>();
        settings.below("controller.")
                .forEach((id, port) -> controllers.put(Integer.valueOf(id), Integer.valueOf(port)));
        BrokerNode node = new BrokerNode(
                settings.integer("id", 1, 1, 9),
                settings.integer("port", 0, 0, 65_535),
                settings.required("cluster"),
                controllers,
                settings.below("broker."));
        LocalBroker broker = LocalBroker.start(
                Path.of(settings.required("dir")), node, SteppedClock.follow(Path.of(settings.required("clock"))));
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "stop"));
        System.out.println(SERVES + " " + broker.bootstrapServers());
        // the broker's threads are daemons
        Thread.sleep(Duration.ofDays(365).toMillis());
    }
}
