package dev.turnpike.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/**
 * One broker of a cluster on this machine: who it is and with whom it votes.
 *
 * @param id at least 1
 * @param port where clients connect; 0 for a free one
 * @param clusterId the same on all nodes; a folder that was used before keeps its own
 * @param controllerPorts by node id, this node's included; 0 for a free one, possible only for a node alone
 * @param settings broker settings that win over the ones chosen here
 */
public record BrokerNode(
        int id, int port, String clusterId, Map<Integer, Integer> controllerPorts, Map<String, String> settings) {

    public BrokerNode {
        controllerPorts = Map.copyOf(controllerPorts);
        settings = Map.copyOf(settings);
    }

    /** A cluster of one. */
    public static BrokerNode alone(int port) {
        return new BrokerNode(1, port, Uuid.randomUuid().toString(), Map.of(1, 0), Map.of());
    }

    /** A cluster of several on free ports. Each start waits for a majority, so start them side by side. */
    public static List<BrokerNode> quorum(int nodes) {
        String clusterId = Uuid.randomUuid().toString();
        List<Integer> ports = Ports.free(2 * nodes);
        Map<Integer, Integer> controllerPorts = new TreeMap<>();
        for (int id = 1; id <= nodes; id++) {
            controllerPorts.put(id, ports.get(nodes + id - 1));
        }
        List<BrokerNode> quorum = new ArrayList<>();
        for (int id = 1; id <= nodes; id++) {
            quorum.add(new BrokerNode(id, ports.get(id - 1), clusterId, controllerPorts, Map.of()));
        }
        return quorum;
    }

    /** The same node with further broker settings. */
    public BrokerNode with(Map<String, String> more) {
        Map<String, String> merged = new TreeMap<>(settings);
        merged.putAll(more);
        return new BrokerNode(id, port, clusterId, controllerPorts, merged);
    }

    int controllerPort() {
        return Objects.requireNonNull(controllerPorts.get(id), "a node votes in its own cluster");
    }

    BrokerNode on(int port, int controllerPort) {
        Map<Integer, Integer> known = new TreeMap<>(controllerPorts);
        known.put(id, controllerPort);
        return new BrokerNode(id, port, clusterId, known, settings);
    }
}
