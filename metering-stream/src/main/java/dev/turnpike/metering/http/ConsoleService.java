package dev.turnpike.metering.http;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.recent.RecentReader;
import dev.turnpike.metering.state.MeterView;
import dev.turnpike.metering.state.Peers;
import dev.turnpike.schemas.serde.EventSerdes;
import io.javalin.config.JavalinConfig;
import java.time.InstantSource;

/** Everything the meter serves over HTTP beside health and metrics: the API and the console. */
public final class ConsoleService implements AutoCloseable {

    private final RecentReader reader;
    private final LiveEvents events;
    private final MeterApi meterApi;
    private final RecentApi recentApi;
    private final OrgsApi orgsApi;
    private final DocumentsApi documentsApi;
    private final ApiTokens tokens;

    /** Starts reading the topics. */
    public ConsoleService(
            MeteringConfig config,
            MeterView meter,
            Peers peers,
            EventSerdes serdes,
            int partitions,
            InstantSource clock) {
        reader = RecentReader.start(config.streams(), serdes, clock);
        events = new LiveEvents(reader.recent(), clock);
        meterApi = new MeterApi(meter, peers, clock);
        recentApi = new RecentApi(reader, peers, partitions, clock);
        orgsApi = new OrgsApi(meter, reader.recent(), peers, clock);
        tokens = new ApiTokens(config.tokens(), config.readers());
        documentsApi = new DocumentsApi(reader.recent(), new Edits(config.streams(), serdes, reader, clock), tokens);
    }

    public void addTo(JavalinConfig config) {
        tokens.addTo(config);
        meterApi.addTo(config);
        orgsApi.addTo(config);
        recentApi.addTo(config);
        documentsApi.addTo(config);
        config.routes.sse("/api/v1/events", events::listen);
        Console.addTo(config);
    }

    @Override
    public void close() {
        events.close();
        reader.close();
    }
}
