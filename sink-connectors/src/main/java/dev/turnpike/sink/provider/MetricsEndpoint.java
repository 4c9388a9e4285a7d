package dev.turnpike.sink.provider;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;

/** {@code GET /metrics} of a worker process for Prometheus, shared by all of its tasks that name the same address. */
final class MetricsEndpoint implements AutoCloseable {

    private static final Map<InetSocketAddress, MetricsEndpoint> OPEN = new HashMap<>();

    private final InetSocketAddress address;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HttpServer server;
    private int users;

    private MetricsEndpoint(InetSocketAddress address) throws IOException {
        this.address = address;
        this.server = HttpServer.create(address, 0);
        server.createContext("/metrics", exchange -> {
            try (exchange) {
                byte[] body = registry.scrape().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("content-type", "text/plain; version=0.0.4; charset=utf-8");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
    }

    /**
     * Listens, or takes part in what listens there already.
     *
     * @throws ConnectException if somebody else listens there
     */
    static MetricsEndpoint open(InetSocketAddress address) {
        synchronized (OPEN) {
            MetricsEndpoint endpoint = OPEN.get(address);
            if (endpoint == null) {
                try {
                    endpoint = new MetricsEndpoint(address);
                } catch (IOException e) {
                    throw new ConnectException(
                            "metrics.listen=" + address.getHostString() + ":" + address.getPort()
                                    + ": cannot listen there; choose another port",
                            e);
                }
                new JvmMemoryMetrics().bindTo(endpoint.registry);
                new JvmThreadMetrics().bindTo(endpoint.registry);
                Metrics.addRegistry(endpoint.registry);
                endpoint.server.start();
                OPEN.put(address, endpoint);
            }
            endpoint.users++;
            return endpoint;
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Ends with the last task that uses it. */
    @Override
    public void close() {
        synchronized (OPEN) {
            if (--users == 0) {
                OPEN.remove(address);
                server.stop(0);
                Metrics.removeRegistry(registry);
                registry.close();
            }
        }
    }
}
