package dev.turnpike.metering;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.schemas.Settings;
import dev.turnpike.streams.HttpServer;
import dev.turnpike.streams.ServiceProcess;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.Map;

/** The meter as a process of its own; its one argument, if any, is a properties file. */
public final class MeteringMain {

    private MeteringMain() {}

    public static void main(String[] args) {
        ServiceProcess.run("meter", () -> start(Settings.load(Map.of(), args.length == 0 ? null : Path.of(args[0]))));
    }

    /**
     * Starts the meter and what it serves over HTTP.
     *
     * @return what ends both
     */
    public static Runnable start(Settings settings) {
        MeteringConfig config = MeteringConfig.of(settings);
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        MeteringService meter = MeteringService.start(config, metrics);
        HttpServer http = meter.http(metrics);
        return () -> {
            http.close();
            meter.close();
        };
    }
}
