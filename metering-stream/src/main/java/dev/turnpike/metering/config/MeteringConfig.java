package dev.turnpike.metering.config;

import dev.turnpike.schemas.Settings;
import dev.turnpike.streams.StreamsSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

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
 * @param advertised {@code http.advertised}, HOST:PORT at which other instances reach this one; default {@code http.host} and
 *     {@code http.port}, with this machine's name where it listens everywhere; null where the port is a free one
 * @param tokens {@code api.tokens}, as {@code NAME=SHA256} with commas between: who may write over HTTP, and the SHA-256 of the
 *     bearer token in hexadecimal; default nobody
 * @param readers {@code api.readers}, in the same form: who may read over HTTP, and so may whoever may write; default everybody
 */
public record MeteringConfig(
        StreamsSettings streams,
        Duration horizon,
        Duration taskIdle,
        Duration spendRetention,
        Duration halfLife,
        int expiryBudget,
        String httpHost,
        int httpPort,
        @Nullable String advertised,
        Map<String, String> tokens,
        Map<String, String> readers) {

    private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "[::]");

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException naming key, value and cure
     */
    public static MeteringConfig of(Settings settings) {
        String host = settings.text("http.host", "127.0.0.1");
        int port = settings.integer("http.port", 8083, 0, 65_535);
        String advertised = settings.find("http.advertised");
        return new MeteringConfig(
                StreamsSettings.of(settings, StreamsSettings.METER),
                settings.duration("metering.horizon", Duration.ofHours(24), Duration.ofMinutes(5)),
                settings.duration("metering.task.idle", Duration.ofDays(30), Duration.ofHours(1)),
                settings.duration("metering.spend.retention", Duration.ofDays(400), Duration.ofDays(2)),
                settings.duration("metering.performance.half-life", Duration.ofDays(7), Duration.ofMinutes(1)),
                settings.integer("metering.expiry.budget", 1_000, 1, 1_000_000),
                host,
                port,
                advertised == null ? advertised(host, port) : address(advertised),
                tokens(settings, "api.tokens"),
                tokens(settings, "api.readers"));
    }

    /** The settings to start the streams with, so that the instances know of each other where they are reached. */
    public StreamsSettings reachable() {
        return advertised == null ? streams : streams.with(StreamsConfig.APPLICATION_SERVER_CONFIG, advertised);
    }

    private static @Nullable String advertised(String host, int port) {
        if (port == 0) {
            return null;
        }
        return (EVERYWHERE.contains(host) ? thisMachine() : host) + ':' + port;
    }

    private static String thisMachine() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "http.advertised: is missing and this machine has no name; set it to the HOST:PORT of this instance",
                    e);
        }
    }

    private static String address(String text) {
        if (!text.matches("[^\\s/:]+:\\d{1,5}|\\[[0-9a-fA-F:]+]:\\d{1,5}")) {
            throw new IllegalArgumentException("http.advertised=" + text + ": must be HOST:PORT");
        }
        return text;
    }

    private static Map<String, String> tokens(Settings settings, String key) {
        Map<String, String> tokens = new TreeMap<>();
        for (String each : settings.text(key, "").split(",")) {
            String entry = each.strip();
            if (entry.isEmpty()) {
                continue;
            }
            int equals = entry.indexOf('=');
            // the value may be a secret that was put there by mistake
            if (equals < 1 || !entry.substring(equals + 1).matches("[0-9a-fA-F]{64}")) {
                throw new IllegalArgumentException(
                        key + ": must be NAME=SHA256 with commas between, each SHA-256 as 64 hexadecimal digits");
            }
            tokens.put(entry.substring(0, equals), entry.substring(equals + 1).toLowerCase(Locale.ROOT));
        }
        return tokens;
    }
}
