package dev.turnpike.failure;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cluster.BrokerNode;
import dev.turnpike.cluster.ClusterException;
import dev.turnpike.cluster.ConnectMain;
import dev.turnpike.cluster.LocalConnect;
import dev.turnpike.cluster.LocalRegistry;
import dev.turnpike.cluster.TcpProxy;
import dev.turnpike.failure.Instance.Role;
import dev.turnpike.metering.MeteringMain;
import dev.turnpike.router.RouterMain;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.admin.TopicAdmin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The system under test: three brokers, a registry, two routers, two meters and a provider sink, each a process of its
 * own, and a network between every application and every broker that can be cut and slowed.
 *
 * <p>Each application has a listener of its own on every broker, which advertises the address of a proxy: so all of its
 * connections take that way. The harness and the brokers among themselves are connected directly.
 */
final class World implements AutoCloseable {

    static final int PARTITIONS = 4;
    static final String PROVIDER = "openai";

    private static final Logger LOG = LoggerFactory.getLogger(World.class);
    private static final int BROKERS = 3;
    private static final List<String> ROUTERS = List.of("router1", "router2");
    private static final List<String> METERS = List.of("meter1", "meter2");
    private static final String SINK = "sink";
    private static final long LOOK_AFTER_MILLIS = 1_000;

    private final Path dir;
    private final List<Instance> brokers = new ArrayList<>();
    private final List<Instance> applications = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private LocalRegistry registry;
    private final Map<String, Integer> httpPorts = new HashMap<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private final String bootstrapServers;
    private volatile boolean open = true;

    private World(Path dir, LocalRegistry registry, List<BrokerNode> nodes) {
        this.dir = dir;
        this.registry = registry;
        this.bootstrapServers =
                nodes.stream().map(node -> "127.0.0.1:" + node.port()).collect(Collectors.joining(","));
    }

    /** Starts brokers and registry and creates the topics; the applications start later, when policies are there. */
    static World start(Path dir) throws InterruptedException {
        List<BrokerNode> nodes = quorum();
        World world = new World(dir, LocalRegistry.start(dir.resolve("registry"), 0), nodes);
        try {
            world.startBrokers(nodes);
            return world;
        } catch (RuntimeException | InterruptedException e) {
            world.close();
            throw e;
        }
    }

    Cluster cluster() {
        return Cluster.local(bootstrapServers, registryUrl());
    }

    synchronized String registryUrl() {
        return registry.url();
    }

    /** Starts routers, meters and the sink. */
    void startApplications(String providerUrl) {
        Stream.concat(ROUTERS.stream(), METERS.stream()).forEach(name -> httpPorts.put(name, freePort()));
        for (String name : ROUTERS) {
            application(Role.ROUTER, name, RouterMain.class, List.of("-Xmx256m"), streams(name));
        }
        for (String name : METERS) {
            application(Role.METER, name, MeteringMain.class, List.of("-Xmx256m"), streams(name));
        }
        Path clock = dir.resolve(SINK).resolve("clock");
        application(
                Role.SINK,
                SINK,
                ConnectMain.class,
                List.of("-Xmx256m", "-D" + WrongClockSink.CLOCK_FILE + "=" + clock),
                sink(providerUrl));
        Thread supervisor = new Thread(this::lookAfterAll, "supervisor");
        supervisor.setDaemon(true);
        supervisor.start();
    }

    List<Instance> instances(Role role) {
        List<Instance> all = role == Role.BROKER ? brokers : applications;
        return all.stream().filter(each -> each.role() == role).toList();
    }

    /** Whether it says that it processes; the sink, which says nothing, is asked by what it writes. */
    boolean isReady(Instance instance) throws InterruptedException {
        Integer port = httpPorts.get(instance.name());
        if (port == null) {
            return true;
        }
        HttpRequest ask = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/readyz"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(ask, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** One for each application. */
    List<Link> links() {
        return links;
    }

    /** The file that sets the clock of a broker or the sink. */
    static Path clock(Instance instance) {
        return instance.folder().resolve("clock");
    }

    /** The registry is gone, as if its machine had failed. */
    synchronized void killRegistry() throws InterruptedException {
        registry.kill();
    }

    /** It comes back where it was, with what it knew. */
    synchronized void restartRegistry() {
        int port = registry.port();
        while (open) {
            try {
                registry = LocalRegistry.start(dir.resolve("registry"), port);
                return;
            } catch (ClusterException e) {
                // it was given a minute and a half, which is not enough on a machine that is short of CPU
                LOG.warn("the registry is started once more: {}", e.getMessage());
            }
        }
    }

    /** How often a process ended without being told to, and was started again as a supervisor would. */
    Map<String, Integer> deaths() {
        Map<String, Integer> deaths = new HashMap<>();
        applications.forEach(each -> deaths.put(each.name(), each.deaths()));
        brokers.forEach(each -> deaths.put(each.name(), each.deaths()));
        deaths.values().removeIf(count -> count == 0);
        return deaths;
    }

    @Override
    public void close() {
        open = false;
        applications.forEach(Instance::close);
        brokers.forEach(Instance::close);
        links.forEach(Link::close);
        registry.close();
    }

    private static List<BrokerNode> quorum() {
        Map<Integer, Integer> controllers = new HashMap<>();
        for (int id = 1; id <= BROKERS; id++) {
            controllers.put(id, freePort());
        }
        String clusterId = Uuid.randomUuid().toString();
        return IntStream.rangeClosed(1, BROKERS)
                .mapToObj(id -> new BrokerNode(id, freePort(), clusterId, controllers, Map.of()))
                .toList();
    }

    private void startBrokers(List<BrokerNode> nodes) throws InterruptedException {
        List<String> names = new ArrayList<>(ROUTERS);
        names.addAll(METERS);
        names.add(SINK);
        Map<String, List<TcpProxy>> proxies = new HashMap<>();
        for (BrokerNode node : nodes) {
            Map<String, Integer> ports = new HashMap<>();
            Map<String, Integer> advertised = new HashMap<>();
            for (String name : names) {
                ports.put(name, freePort());
                TcpProxy proxy = TcpProxy.start(ports.get(name));
                advertised.put(name, proxy.port());
                proxies.computeIfAbsent(name, absent -> new ArrayList<>()).add(proxy);
            }
            Path folder = dir.resolve("broker" + node.id());
            Instance broker = new Instance(
                    Role.BROKER,
                    "broker" + node.id(),
                    folder,
                    List.of("-Xmx384m"),
                    BrokerMain.class,
                    write(
                            folder,
                            BrokerMain.settings(
                                    folder.resolve("data"),
                                    folder.resolve("clock"),
                                    node.with(listeners(node, names, ports, advertised)))));
            SteppedClock.set(clock(broker), 0);
            brokers.add(broker);
        }
        names.forEach(name -> links.add(new Link(name, List.copyOf(proxies.getOrDefault(name, List.of())))));
        brokers.forEach(Instance::start);
        for (Instance broker : brokers) {
            broker.awaitLine(BrokerMain.SERVES);
        }
        try (Admin admin = cluster().admin()) {
            TopicAdmin.create(admin, Topics.DEFAULT_PREFIX, PARTITIONS, BROKERS);
        }
    }

    private static Map<String, String> listeners(
            BrokerNode node, List<String> names, Map<String, Integer> ports, Map<String, Integer> advertised) {
        StringBuilder listeners = new StringBuilder("PLAINTEXT://127.0.0.1:" + node.port() + ",CONTROLLER://127.0.0.1:"
                + node.controllerPorts().get(node.id()));
        StringBuilder told = new StringBuilder("PLAINTEXT://127.0.0.1:" + node.port());
        StringBuilder protocols = new StringBuilder("PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        for (String name : names) {
            String upper = name.toUpperCase(Locale.ROOT);
            listeners.append(',').append(upper).append("://127.0.0.1:").append(ports.get(name));
            told.append(',').append(upper).append("://127.0.0.1:").append(advertised.get(name));
            protocols.append(',').append(upper).append(":PLAINTEXT");
        }
        return Map.of(
                "listeners", listeners.toString(),
                "advertised.listeners", told.toString(),
                "listener.security.protocol.map", protocols.toString(),
                "num.network.threads", "1",
                // a dozen processes share the machine: a broker that had to wait for its turn is not dead
                "broker.session.timeout.ms", "9000",
                "controller.quorum.fetch.timeout.ms", "8000",
                "controller.quorum.election.timeout.ms", "4000");
    }

    private void application(
            Role role, String name, Class<?> main, List<String> options, Map<String, String> settings) {
        Path folder = dir.resolve(name);
        Instance instance = new Instance(role, name, folder, options, main, write(folder, settings));
        if (role == Role.SINK) {
            SteppedClock.set(clock(instance), 0);
        }
        applications.add(instance);
        instance.start();
    }

    /** With the defaults of sessions and transactions, which decide how long an outage lasts. */
    private Map<String, String> streams(String name) {
        return Map.of(
                "bootstrap.servers",
                link(name).bootstrapServers(),
                "schema.registry.url",
                registryUrl(),
                "state.dir",
                dir.resolve(name).resolve("state").toString(),
                "http.port",
                String.valueOf(httpPorts.get(name)),
                "commit.interval",
                "200ms",
                "request.deadline",
                Traffic.DEADLINE.toSeconds() + "s");
    }

    private Map<String, String> sink(String providerUrl) {
        Map<String, String> sink = LocalConnect.shipped("/connect/provider-sink.properties");
        sink.put("connector.class", WrongClockSink.class.getName());
        sink.put("bootstrap.servers", link(SINK).bootstrapServers());
        sink.put("schema.registry.url", registryUrl());
        // Connect's default is 45 s, and so long the dispatches of a killed worker wait
        sink.put("consumer.override.session.timeout.ms", "10000");
        sink.put("shutdown.grace.ms", "3000");
        sink.put("providers", PROVIDER);
        sink.put("provider." + PROVIDER + ".url", providerUrl);
        sink.put("provider." + PROVIDER + ".key", "");
        sink.put("worker.dir", dir.resolve(SINK).toString());
        sink.keySet().removeIf(key -> key.startsWith("provider.simulated."));
        return sink;
    }

    private Link link(String name) {
        return links.stream()
                .filter(link -> link.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void lookAfterAll() {
        try {
            while (open) {
                Thread.sleep(LOOK_AFTER_MILLIS);
                if (open) {
                    applications.forEach(Instance::lookAfter);
                    brokers.forEach(Instance::lookAfter);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Path write(Path folder, Map<String, String> settings) {
        Properties properties = new Properties();
        properties.putAll(settings);
        Path file = folder.resolve("settings.properties");
        try {
            Files.createDirectories(folder);
            try (Writer writer = Files.newBufferedWriter(file)) {
                properties.store(writer, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    /**
     * A port that nobody listens on, below those that the system gives to connections: the port of a process that is down for
     * a while must not be somebody's when it comes back.
     */
    static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // somebody's already
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
