package dev.turnpike.metering.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** The pages of the console at {@code /}: files in this jar, which ask nobody but this API. */
final class Console {

    private static final String PAGES = "/console/";
    private static final String CHARTS = "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "json", "application/json");

    private Console() {}

    static void addTo(JavalinConfig config) {
        config.routes.get("/", context -> serve(context, PAGES + "index.html"));
        config.routes.get("/console/charts.js", context -> serve(context, CHARTS));
        config.routes.get("/console/{file}", context -> serve(context, PAGES + context.pathParam("file")));
        config.routes.get("/api/v1/openapi.json", context -> serve(context, PAGES + "openapi.json"));
    }

    private static void serve(Context context, String resource) {
        String type = TYPES.get(resource.substring(resource.lastIndexOf('.') + 1));
        try (InputStream page =
                type == null || resource.contains("..") ? null : Console.class.getResourceAsStream(resource)) {
            if (page == null) {
                throw Problem.of(HttpStatus.NOT_FOUND, context.path() + ": there is no such page");
            }
            context.contentType(String.valueOf(type))
                    .header("content-security-policy", POLICY)
                    .header("x-content-type-options", "nosniff")
                    .header("referrer-policy", "no-referrer")
                    .header("cache-control", "no-cache")
                    .result(page.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
