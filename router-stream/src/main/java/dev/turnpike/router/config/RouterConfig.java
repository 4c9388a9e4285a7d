package dev.turnpike.router.config;

import dev.turnpike.router.decision.PromptJudge;
import dev.turnpike.router.estimate.PromptSuccess;
import dev.turnpike.schemas.Settings;
import dev.turnpike.streams.StreamsSettings;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the router.
 *
 * @param streams cluster, topics, state and threads; {@code application.id} is {@code turnpike-router} by default
 * @param requestHorizon {@code request.horizon}: how long request ids are remembered, so that a repeat is known as one; 24 h by
 *     default, at least 2 m. Changing it changes how ids are kept: those of before are known no more
 * @param requestDeadline {@code request.deadline}: how long after admission an attempt may still be started, at most two thirds of
 *     the policy's {@code hold_ttl_ms}; 10 m by default
 * @param requestMaxBytes {@code request.max.bytes}: longer requests are rejected; 900,000 by default, since a dispatch holds the
 *     request and must fit the topics' {@code max.message.bytes}, 1 MiB by default
 * @param estimator {@code router.estimator}: a file of {@code turnpike train} that judges prompts; by default the estimator that
 *     comes with Turnpike
 * @param httpHost {@code http.host}: where health and metrics are served; loopback by default
 * @param httpPort {@code http.port}: 8082 by default, 0 for a free one
 */
public record RouterConfig(
        StreamsSettings streams,
        Duration requestHorizon,
        Duration requestDeadline,
        int requestMaxBytes,
        @Nullable Path estimator,
        String httpHost,
        int httpPort) {

    /**
     * Reads the settings above and those of {@link StreamsSettings}.
     *
     * @throws IllegalArgumentException naming key, value and cure
     */
    public static RouterConfig of(Settings settings) {
        String estimator = settings.find("router.estimator");
        return new RouterConfig(
                StreamsSettings.of(settings, StreamsSettings.ROUTER),
                settings.duration("request.horizon", Duration.ofHours(24), Duration.ofMinutes(2)),
                settings.duration("request.deadline", Duration.ofMinutes(10), Duration.ofSeconds(1)),
                settings.integer("request.max.bytes", 900_000, 1_000, 64 << 20),
                estimator == null ? null : Path.of(estimator),
                settings.text("http.host", "127.0.0.1"),
                settings.integer("http.port", 8082, 0, 65_535));
    }

    /**
     * The judge of prompts.
     *
     * @throws IllegalArgumentException naming key, value and cure
     */
    public PromptJudge judge() {
        return PromptSuccess.of(estimator, "router.estimator");
    }
}
