package dev.turnpike.gateway;

import dev.turnpike.gateway.config.GatewayConfig;
import dev.turnpike.schemas.Settings;
import dev.turnpike.streams.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.Map;

/** The door as a process of its own; its one argument, if any, is a properties file. */
public final class GatewayMain {

    private GatewayMain() {}

    public static void main(String[] args) {
        GatewayConfig config = GatewayConfig.of(Settings.load(Map.of(), args.length == 0 ? null : Path.of(args[0])));
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        GatewayService gateway = GatewayService.start(config, metrics);
        HttpServer http = gateway.http(metrics);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            gateway.close();
                            http.close();
                        },
                        "shutdown"));
    }
}
