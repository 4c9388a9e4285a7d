package dev.turnpike.schemas.serde;

import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.registry.SchemaRegistry;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.jspecify.annotations.Nullable;

/**
 * The serdes of an application's topics, which share one registry client.
 *
 * <p>Setting {@value #AVRO_SERDE} names another class for Avro values. What arrives on public topics is read by ours in any
 * case: to tell a bad record from an unreachable registry takes our own exceptions.
 */
public final class EventSerdes {

    static {
        TrustedEvents.register();
    }

    /** The class that reads and writes Avro values; default ours, Confluent's has the same settings. */
    public static final String AVRO_SERDE = "turnpike.avro.serde";

    private final Map<String, Object> settings;
    private final SchemaRegistry registry;
    private final @Nullable String foreign;

    /** @throws ConfigException if a setting is refused */
    public EventSerdes(Map<String, ?> config) {
        this.settings = new HashMap<>(config);
        // Confluent's classes give generic records without it
        settings.put("specific.avro.reader", true);
        this.registry = SchemaRegistry.connect(config);
        Object named = config.get(AVRO_SERDE);
        this.foreign = named == null || named.equals(SpecificAvroSerde.class.getName()) ? null : named.toString();
    }

    /** Avro values of a topic. */
    public <V extends SpecificRecord> Serde<V> avro(Topic<V> topic) {
        if (foreign != null) {
            return foreign(foreign);
        }
        return new SpecificAvroSerde<>(registry, type(topic), settings);
    }

    /** Whatever arrives on a topic that anybody may write to; written again as it came. */
    public <V extends SpecificRecord> Serde<Received<V>> received(Topic<V> topic) {
        Class<V> type = type(topic);
        return Serdes.serdeFrom(
                new ReceivedSerializer<>(),
                new ReceivedDeserializer<>(type, new SpecificAvroDeserializer<>(registry, type)));
    }

    private static <V extends SpecificRecord> Class<V> type(Topic<V> topic) {
        Class<V> type = topic.value();
        if (type == null) {
            throw new IllegalArgumentException(topic.suffix() + ": carries bytes, not events");
        }
        return type;
    }

    @SuppressWarnings("unchecked") // the named class takes any generated class
    private <V extends SpecificRecord> Serde<V> foreign(String name) {
        Serde<V> serde;
        try {
            serde = (Serde<V>) Class.forName(name)
                    .asSubclass(Serde.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new ConfigException(AVRO_SERDE + "=" + name
                    + ": is not a Serde that can be loaded; add its jar to the class path, or leave the setting out");
        }
        serde.configure(settings, false);
        return serde;
    }
}
