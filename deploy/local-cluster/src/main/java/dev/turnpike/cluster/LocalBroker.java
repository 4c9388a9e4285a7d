package dev.turnpike.cluster;

import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka broker with its own controller inside this JVM, on loopback only. It keeps everything in its data folder and
 * goes on from there when started on it again, after a kill too.
 */
public final class LocalBroker implements AutoCloseable {

    // how long to wait for a controller that may have lost its majority; alone it answers at once
    private static final Duration HAND_OVER = Duration.ofSeconds(5);

    private final FolderLock lock;
    private final ControllerServer controller;
    private final BrokerServer broker;
    private final String bootstrapServers;
    private boolean closed;

    private LocalBroker(FolderLock lock, ControllerServer controller, BrokerServer broker, int port) {
        this.lock = lock;
        this.controller = controller;
        this.broker = broker;
        this.bootstrapServers = Ports.LOOPBACK + ":" + port;
    }

    /**
     * Starts a cluster of one and returns when it serves.
     *
     * @param port where clients connect; 0 for a free one
     * @throws ClusterException if the folder or the port is in use
     */
    public static LocalBroker start(Path dataDir, int port) {
        return start(dataDir, BrokerNode.alone(port));
    }

    /**
     * Starts one node and returns when it serves, which takes a majority of its cluster.
     *
     * <p>After a kill the controller holds the old registration until {@code broker.session.timeout.ms} has passed. The
     * broker asks until it is let in, so such a start takes some seconds longer.
     *
     * @throws ClusterException if the folder or a port is in use
     */
    public static LocalBroker start(Path dataDir, BrokerNode node) {
        return start(dataDir, node, Time.SYSTEM);
    }

    /**
     * Starts one node by a clock that may be wrong; returns when it serves.
     *
     * @throws ClusterException if the folder or a port is in use
     */
    public static LocalBroker start(Path dataDir, BrokerNode node, Time clock) {
        FolderLock lock = FolderLock.take(dataDir);
        // Kafka is handed sockets that listen already: a port in use is found before any state is touched, and a
        // free port cannot be lost between choosing and using it
        Map<Integer, ServerSocketChannel> sockets = new HashMap<>();
        try {
            int port = listen(node.port(), "Kafka", sockets);
            int controllerPort = listen(node.controllerPort(), "Kafka controller", sockets);
            LocalBroker broker = create(lock, dataDir.resolve("log"), node.on(port, controllerPort), sockets, clock);
            broker.startUp();
            return broker;
        } catch (Exception e) {
            sockets.values().forEach(Ports::close);
            lock.close();
            if (e instanceof ClusterException clear) {
                throw clear;
            }
            throw new ClusterException(dataDir + ": no broker could be started on this data folder: " + e, e);
        }
    }

    /** Where clients connect: {@code host:port}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Hands leadership over, flushes and stops; returns when all is on disk and the folder is free. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            stop();
            lock.close();
        }
    }

    private static int listen(int port, String purpose, Map<Integer, ServerSocketChannel> sockets) {
        ServerSocketChannel socket = Ports.open(port, purpose);
        sockets.put(Ports.of(socket), socket);
        return Ports.of(socket);
    }

    private static LocalBroker create(
            FolderLock lock, Path log, BrokerNode node, Map<Integer, ServerSocketChannel> sockets, Time clock)
            throws Exception {
        format(log, node);
        KafkaConfig config = new KafkaConfig(BrokerSettings.of(node, log), false);
        MetaPropertiesEnsemble meta = new MetaPropertiesEnsemble.Loader()
                .addLogDirs(List.of(log.toString()))
                .addMetadataLogDir(log.toString())
                .load();
        Map<Integer, InetSocketAddress> voters = new HashMap<>();
        node.controllerPorts()
                .forEach((id, port) -> voters.put(id, new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
        SharedServer shared = new SharedServer(
                config,
                meta,
                clock,
                new Metrics(),
                CompletableFuture.completedFuture(voters),
                List.of(),
                new StandardFaultHandlerFactory(),
                (listener, address, backlog, receiveBuffer) -> {
                    ServerSocketChannel open = sockets.get(address.getPort());
                    // further listeners come from the node's own settings
                    return open != null
                            ? open
                            : ServerSocketFactory.INSTANCE.openServerSocket(listener, address, backlog, receiveBuffer);
                });
        ControllerServer controller = new ControllerServer(
                shared, KafkaRaftServer.configSchema(), new BootstrapDirectory(log.toString()).read());
        return new LocalBroker(lock, controller, new BrokerServer(shared), node.port());
    }

    private static void format(Path log, BrokerNode node) throws Exception {
        // written last by the formatter, so a format that was cut short is repeated
        if (Files.exists(log.resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME))) {
            return;
        }
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .setNodeId(node.id())
                .setClusterId(node.clusterId())
                .addDirectory(log.toString())
                .setMetadataLogDirectory(log.toString())
                .setControllerListenerName(BrokerSettings.CONTROLLERS)
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .run();
    }

    private void startUp() {
        try {
            controller.startup();
            broker.startup();
        } catch (RuntimeException e) {
            stop();
            throw e;
        }
    }

    private void stop() {
        broker.shutdown(HAND_OVER);
        broker.awaitShutdown();
        controller.shutdown();
        controller.awaitShutdown();
    }
}
