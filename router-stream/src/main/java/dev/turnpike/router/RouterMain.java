package dev.turnpike.router;

import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.schemas.Settings;
import dev.turnpike.streams.HttpServer;
import dev.turnpike.streams.ServiceProcess;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.Map;

/** The router as a process of its own; its one argument, if any, is a properties file. */
public final class RouterMain {

    private RouterMain() {}

    public static void main(String[] args) {
        ServiceProcess.run("router", () -> start(Settings.load(Map.of(), args.length == 0 ? null : Path.of(args[0]))));
    }

    /**
     * Starts the router and what it serves over HTTP.
     *
     * @return what ends both
     */
    public static Runnable start(Settings settings) {
        RouterConfig config = RouterConfig.of(settings);
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        RouterService router = RouterService.start(config, metrics);
        HttpServer http = HttpServer.start(
                config.httpHost(),
                config.httpPort(),
                metrics,
                () -> !router.hasFailed(),
                router::isReady,
                routes -> {});
        return () -> {
            http.close();
            router.close();
        };
    }
}
