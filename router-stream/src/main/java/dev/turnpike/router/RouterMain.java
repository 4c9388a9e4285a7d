package dev.turnpike.router;

import dev.turnpike.router.config.RouterConfig;
import dev.turnpike.schemas.Settings;
import dev.turnpike.streams.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.Map;

/** The router as a process of its own; its one argument, if any, is a properties file. */
public final class RouterMain {

    private RouterMain() {}

    public static void main(String[] args) {
        RouterConfig config = RouterConfig.of(Settings.load(Map.of(), args.length == 0 ? null : Path.of(args[0])));
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        RouterService router = RouterService.start(config, metrics);
        HttpServer http = HttpServer.start(
                config.httpHost(),
                config.httpPort(),
                metrics,
                () -> !router.hasFailed(),
                router::isReady,
                routes -> {});
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            http.close();
                            router.close();
                        },
                        "shutdown"));
    }
}
