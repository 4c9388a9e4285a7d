package dev.turnpike.schemas.serde;

import dev.turnpike.schemas.registry.SchemaRegistry;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** Generated Avro classes in the Confluent wire format; takes the settings of Confluent's class of the same name. */
public final class SpecificAvroSerde<T extends SpecificRecord> implements Serde<T> {

    private final SpecificAvroSerializer<T> serializer;
    private final SpecificAvroDeserializer<T> deserializer;

    /** For Kafka, which calls {@link #configure}. */
    public SpecificAvroSerde() {
        this.serializer = new SpecificAvroSerializer<>();
        this.deserializer = new SpecificAvroDeserializer<>();
    }

    SpecificAvroSerde(SchemaRegistry registry, Class<T> type, Map<String, ?> settings) {
        this.serializer = new SpecificAvroSerializer<>(registry, settings, false);
        this.deserializer = new SpecificAvroDeserializer<>(registry, type);
    }

    @Override
    public void configure(Map<String, ?> settings, boolean isKey) {
        SchemaRegistry registry = SchemaRegistry.connect(settings);
        serializer.configure(registry, settings, isKey);
        deserializer.configure(registry, settings, isKey);
    }

    @Override
    public Serializer<T> serializer() {
        return serializer;
    }

    @Override
    public Deserializer<T> deserializer() {
        return deserializer;
    }
}
