package dev.turnpike.bench;

import dev.turnpike.cluster.LocalConnect;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The shipped provider sink before one simulated provider, by whatever name it is called. */
final class ProviderSink {

    private static final String FILE = "/connect/provider-sink.properties";
    // as many as are under way here, so that the provider's latency limits nothing
    private static final String UNDER_WAY = "4000";

    private ProviderSink() {}

    static Map<String, String> settings(Path dir, List<String> providers, String url) {
        Map<String, String> sink = LocalConnect.shipped(FILE);
        sink.put("worker.dir", dir.toString());
        sink.put("providers", String.join(",", providers));
        for (String provider : providers) {
            sink.put("provider." + provider + ".api", "openai");
            sink.put("provider." + provider + ".url", url);
            sink.put("provider." + provider + ".key", "");
            sink.put("provider." + provider + ".max.in.flight", UNDER_WAY);
        }
        sink.put("max.unfinished", UNDER_WAY);
        return sink;
    }
}
