package dev.turnpike.gateway.http;

import io.micrometer.core.instrument.MeterRegistry;

/**
 * What the door tells about itself.
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><td>{@code turnpike.gateway.calls}</td><td>calls by HTTP {@code status}; 499 where the client went away</td></tr>
 *   <tr><td>{@code turnpike.gateway.calls.open}</td><td>calls under way</td></tr>
 *   <tr><td>{@code turnpike.gateway.bytes}</td><td>bytes kept for calls: bodies on their way in, replies not taken yet</td></tr>
 * </table>
 */
public final class DoorMetrics {

    private final MeterRegistry registry;

    public DoorMetrics(MeterRegistry registry, Places places) {
        this.registry = registry;
        registry.gauge("turnpike.gateway.calls.open", places, Places::taken);
        registry.gauge("turnpike.gateway.bytes", places, Places::bytes);
    }

    void replied(int status) {
        registry.counter("turnpike.gateway.calls", "status", String.valueOf(status))
                .increment();
    }
}
