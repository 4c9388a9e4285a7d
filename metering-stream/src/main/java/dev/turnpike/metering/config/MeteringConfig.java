package dev.turnpike.metering.config;

import dev.turnpike.schemas.Settings;
import dev.turnpike.streams.StreamsSettings;
import java.time.Duration;

/**
 * The settings of the meter.
 *
 * @param streams the cluster and how to work with it
 * @param horizon {@code metering.horizon}, default 24h: how long usage ids and closed requests are remembered; what claims
 *     to be older is set aside
 * @param taskIdle {@code metering.task.idle}, default 30d: the total of a task ends after so long without usage
 * @param spendRetention {@code metering.spend.retention}, default 400d: how long hours and days of spend are kept
 * @param halfLife {@code metering.performance.half-life}, default 7d: after so long an attempt weighs half in what models
 *     really cost and achieve
 * @param expiryBudget {@code metering.expiry.budget}, default 1000: how many holds and windows one tick ends; while others
 *     wait, each tick takes twice as many as the one before, up to 32 times this
 * @param httpHost {@code http.host}, default 127.0.0.1: what to listen on
 * @param httpPort {@code http.port}, default 8083; 0 for a free one
 */
public record MeteringConfig(
        StreamsSettings streams,
        Duration horizon,
        Duration taskIdle,
        Duration spendRetention,
        Duration halfLife,
        int expiryBudget,
        String httpHost,
        int httpPort) {

    /** Identity of the state: another one starts from nothing. */
    public static final String APPLICATION_ID = "turnpike-meter";

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException naming key, value and cure
     */
    public static MeteringConfig of(Settings settings) {
        return new MeteringConfig(
                StreamsSettings.of(settings, APPLICATION_ID),
                settings.duration("metering.horizon", Duration.ofHours(24), Duration.ofMinutes(5)),
                settings.duration("metering.task.idle", Duration.ofDays(30), Duration.ofHours(1)),
                settings.duration("metering.spend.retention", Duration.ofDays(400), Duration.ofDays(2)),
                settings.duration("metering.performance.half-life", Duration.ofDays(7), Duration.ofMinutes(1)),
                settings.integer("metering.expiry.budget", 1_000, 1, 1_000_000),
                settings.text("http.host", "127.0.0.1"),
                settings.integer("http.port", 8083, 0, 65_535));
    }
}
