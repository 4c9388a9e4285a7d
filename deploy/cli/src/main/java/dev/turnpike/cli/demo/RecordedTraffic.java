package dev.turnpike.cli.demo;

import dev.turnpike.bench.Recording;
import dev.turnpike.cli.log.Cluster;
import dev.turnpike.schemas.event.LlmRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A trace as the demo's teams send it, under the demo's policies. */
public record RecordedTraffic(Trace trace) implements Recording {

    private static final Traffic TRAFFIC = new Traffic("recorded");

    @Override
    public int size() {
        return trace.arrivals().size();
    }

    @Override
    public Duration after(int place) {
        return trace.arrivals().get(place).after();
    }

    @Override
    public LlmRequest request(int number) {
        return TRAFFIC.request(number, trace.arrivals().get(number % size()));
    }

    @Override
    public void publishTables(String bootstrapServers, String registryUrl, String topicsPrefix) {
        DemoDocuments.publish(
                new Cluster(bootstrapServers, topicsPrefix, Map.of("schema.registry.url", registryUrl), Map.of()));
    }

    @Override
    public List<String> providers() {
        return DemoDocuments.PROVIDERS;
    }
}
