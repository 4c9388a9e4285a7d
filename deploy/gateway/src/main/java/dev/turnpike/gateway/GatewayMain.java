package dev.turnpike.gateway;

import dev.turnpike.gateway.config.GatewayConfig;
import dev.turnpike.schemas.Settings;
import dev.turnpike.streams.HttpServer;
import dev.turnpike.streams.ServiceProcess;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.Map;

/** The door as a process of its own; its one argument, if any, is a properties file. */
public final class GatewayMain {

    private GatewayMain() {}

    public static void main(String[] args) {
        ServiceProcess.run("gateway", () -> start(Settings.load(Map.of(), args.length == 0 ? null : Path.of(args[0]))));
    }

    /**
     * Starts the door and what it serves over HTTP.
     *
     * @return what ends both
     */
    public static Runnable start(Settings settings) {
        GatewayConfig config = GatewayConfig.of(settings);
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        GatewayService gateway = GatewayService.start(config, metrics);
        HttpServer http = gateway.http(metrics);
        return () -> {
            gateway.close();
            http.close();
        };
    }
}
