package dev.turnpike.failure;

import dev.turnpike.cluster.TcpProxy;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** The network between one application and all brokers, or between a broker and all applications. */
record Link(String name, List<TcpProxy> proxies) implements AutoCloseable {

    /** Where the application finds the brokers. */
    String bootstrapServers() {
        return proxies.stream().map(proxy -> "127.0.0.1:" + proxy.port()).collect(Collectors.joining(","));
    }

    void cut() {
        proxies.forEach(TcpProxy::cut);
    }

    void slow(long bytesPerSecond, Duration delay) {
        proxies.forEach(proxy -> proxy.slow(bytesPerSecond, delay));
    }

    void heal() {
        proxies.forEach(TcpProxy::heal);
    }

    @Override
    public void close() {
        proxies.forEach(TcpProxy::close);
    }
}
