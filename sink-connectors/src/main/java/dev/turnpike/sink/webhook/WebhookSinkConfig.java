package dev.turnpike.sink.webhook;

import static org.apache.kafka.common.config.ConfigDef.NO_DEFAULT_VALUE;

import dev.turnpike.schemas.Topics;
import dev.turnpike.sink.SinkSettings;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a webhook sink.
 *
 * @param name of the connector
 * @param topicsPrefix first part of every topic name
 * @param url where alerts are posted; with some services the address itself is the secret
 * @param shape what is posted
 * @param secret that posts are signed with; null: they are not signed
 * @param routingKey of a PagerDuty service; null elsewhere
 * @param teams whose alerts are posted; {@code *} stands for all
 * @param timeout after which an answer is no longer waited for
 * @param patience when and for how long to try again
 * @param kafka settings of the producer of dead letters
 * @param all everything, for the schema registry's client, which picks what it knows
 */
record WebhookSinkConfig(
        String name,
        String topicsPrefix,
        URI url,
        Shape shape,
        @Nullable String secret,
        @Nullable String routingKey,
        List<String> teams,
        Duration timeout,
        Patience patience,
        Map<String, Object> kafka,
        Map<String, String> all) {

    private static final String URL = "url";
    private static final String SHAPE = "shape";
    private static final String SECRET = "secret";
    private static final String ROUTING_KEY = "routing.key";
    private static final String TEAMS = "teams";
    private static final String TIMEOUT = "timeout.ms";
    private static final String RETRY_PAUSE = "retry.pause.ms";
    private static final String RETRY_LONGEST_PAUSE = "retry.longest.pause.ms";
    private static final String RETRY_FOR = "retry.for.ms";

    static final ConfigDef DEFINITION = SinkSettings.definition(
                    "alerts are sent that were never raised", "dead letters")
            .define(
                    URL,
                    Type.PASSWORD,
                    NO_DEFAULT_VALUE,
                    WebhookSinkConfig::requireUrl,
                    Importance.HIGH,
                    "Where alerts are posted. Kept out of logs, since with some services the address is the secret.")
            .define(
                    SHAPE,
                    Type.STRING,
                    Shape.JSON.wireName(),
                    ValidString.in(Shape.JSON.wireName(), Shape.SLACK.wireName(), Shape.PAGERDUTY.wireName()),
                    Importance.HIGH,
                    "What is posted: json (the event), slack (a message) or pagerduty (an event of Events API v2).")
            .define(
                    SECRET,
                    Type.PASSWORD,
                    "",
                    SinkSettings::requireResolved,
                    Importance.HIGH,
                    "Signs each post in the header Turnpike-Signature; empty: not signed.")
            .define(
                    ROUTING_KEY,
                    Type.PASSWORD,
                    "",
                    SinkSettings::requireResolved,
                    Importance.MEDIUM,
                    "The integration key of a PagerDuty service.")
            .define(TEAMS, Type.LIST, "*", Importance.MEDIUM, "Teams whose alerts are posted; * stands for all.")
            .define(
                    TIMEOUT,
                    Type.LONG,
                    10_000L,
                    Range.between(1, 120_000),
                    Importance.LOW,
                    "After this an answer is no longer waited for.")
            .define(
                    RETRY_PAUSE,
                    Type.LONG,
                    1_000L,
                    Range.between(1, 600_000),
                    Importance.LOW,
                    "Pause before the first further try, doubled for each one after it.")
            .define(
                    RETRY_LONGEST_PAUSE,
                    Type.LONG,
                    60_000L,
                    Range.between(1, 3_600_000),
                    Importance.LOW,
                    "The longest of these pauses; the webhook may ask for a longer one.")
            .define(
                    RETRY_FOR,
                    Type.LONG,
                    86_400_000L,
                    Range.between(0, 604_800_000),
                    Importance.MEDIUM,
                    "After this an alert that nobody took goes to the dead letters.");

    /** @throws ConfigException naming key, value and cure */
    static WebhookSinkConfig of(Map<String, String> settings) {
        AbstractConfig config = new AbstractConfig(DEFINITION, settings, false);
        String prefix = config.getString(SinkSettings.TOPICS_PREFIX);
        SinkSettings.requireTopic(settings, Topics.ALERTS.name(prefix));
        Shape shape = Shape.valueOf(config.getString(SHAPE).toUpperCase(Locale.ROOT));
        String routingKey = textOrNull(config, ROUTING_KEY);
        if (shape == Shape.PAGERDUTY && routingKey == null) {
            throw new ConfigException(ROUTING_KEY + " is missing; set the integration key of the PagerDuty service");
        }
        Map<String, Object> kafka = new HashMap<>(SinkSettings.kafka(settings));
        kafka.put(SinkSettings.BOOTSTRAP_SERVERS, config.getString(SinkSettings.BOOTSTRAP_SERVERS));
        return new WebhookSinkConfig(
                settings.getOrDefault("name", ""),
                prefix,
                URI.create(config.getPassword(URL).value().trim()),
                shape,
                textOrNull(config, SECRET),
                routingKey,
                List.copyOf(config.getList(TEAMS)),
                Duration.ofMillis(config.getLong(TIMEOUT)),
                new Patience(
                        Duration.ofMillis(config.getLong(RETRY_PAUSE)),
                        Duration.ofMillis(config.getLong(RETRY_LONGEST_PAUSE)),
                        Duration.ofMillis(config.getLong(RETRY_FOR))),
                Map.copyOf(kafka),
                Map.copyOf(settings));
    }

    boolean wants(String team) {
        return teams.contains("*") || teams.contains(team);
    }

    /** Without values, since secrets are among them. */
    @Override
    public String toString() {
        return name + " to " + shape.wireName() + " at " + url.getHost();
    }

    private static @Nullable String textOrNull(AbstractConfig config, String key) {
        String value = config.getPassword(key).value();
        return value.isBlank() ? null : value;
    }

    private static void requireUrl(String key, Object value) {
        SinkSettings.requireResolved(key, value);
        // the value is the secret, so the message leaves it out
        if (!(value instanceof Password address)
                || !SinkSettings.isHttpAddress(address.value().trim())) {
            throw new ConfigException(key + " must be an address such as https://host/path");
        }
    }
}
