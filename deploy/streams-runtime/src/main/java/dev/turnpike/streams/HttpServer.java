package dev.turnpike.streams;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Health, readiness and metrics of an application over HTTP, and whatever else it serves. */
public final class HttpServer implements AutoCloseable {

    private final Javalin javalin;

    private HttpServer(Javalin javalin) {
        this.javalin = javalin;
    }

    /**
     * Serves {@code GET /healthz}, {@code /readyz} and {@code /metrics}.
     *
     * @param port 0 for a free one
     * @param healthy whether the process is of use at all; where not, it should be restarted
     * @param ready whether it processes records now
     * @param more adds further routes
     */
    public static HttpServer start(
            String host,
            int port,
            PrometheusMeterRegistry metrics,
            BooleanSupplier healthy,
            BooleanSupplier ready,
            Consumer<JavalinConfig> more) {
        Javalin javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.routes.get("/healthz", context -> answer(context, healthy));
            config.routes.get("/readyz", context -> answer(context, ready));
            config.routes.get(
                    "/metrics",
                    context -> context.contentType("text/plain; version=0.0.4; charset=utf-8")
                            .result(metrics.scrape()));
            more.accept(config);
        });
        return new HttpServer(javalin.start(host, port));
    }

    public int port() {
        return javalin.port();
    }

    @Override
    public void close() {
        javalin.stop();
    }

    private static void answer(Context context, BooleanSupplier condition) {
        boolean holds = condition.getAsBoolean();
        context.status(holds ? 200 : 503).result(holds ? "ok\n" : "not ready\n");
    }
}
