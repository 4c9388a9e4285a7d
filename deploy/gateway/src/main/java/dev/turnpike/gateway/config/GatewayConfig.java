package dev.turnpike.gateway.config;

import dev.turnpike.schemas.Settings;
import dev.turnpike.streams.StreamsSettings;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the door.
 *
 * @param cluster Kafka, topics and registry
 * @param requestMaxBytes {@code request.max.bytes}, default 900,000: longer bodies and records are refused; the router's setting
 *     of the same name must not be lower
 * @param timeout {@code gateway.timeout}, default 10m: how long a call waits for its answer
 * @param maxWaiting {@code gateway.max.waiting}, default 1000: most calls under way; more are sent away for a second
 * @param signingKey {@code gateway.signing.key}: a private key of {@code turnpike keys create --signing} that every request is signed
 *     with; none by default
 * @param httpHost {@code http.host}, default 127.0.0.1: what to listen on
 * @param httpPort {@code http.port}, default 8084; 0 for a free one
 */
public record GatewayConfig(
        StreamsSettings cluster,
        int requestMaxBytes,
        Duration timeout,
        int maxWaiting,
        @Nullable Path signingKey,
        String httpHost,
        int httpPort) {

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException naming key, value and cure
     */
    public static GatewayConfig of(Settings settings) {
        String signingKey = settings.find("gateway.signing.key");
        return new GatewayConfig(
                StreamsSettings.of(settings, "turnpike-gateway"),
                settings.integer("request.max.bytes", 900_000, 1_000, 64 << 20),
                settings.duration("gateway.timeout", Duration.ofMinutes(10), Duration.ofMillis(100)),
                settings.integer("gateway.max.waiting", 1_000, 1, 100_000),
                signingKey == null ? null : Path.of(signingKey),
                settings.text("http.host", "127.0.0.1"),
                settings.integer("http.port", 8084, 0, 65_535));
    }
}
