package dev.turnpike.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Seeds;
import dev.turnpike.schemas.Topic;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RoundTripLaws {

    private final EventSerdes serdes = new EventSerdes(Map.of("schema.registry.url", "mock://round-trip"));

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.turnpike.schemas.Seeds#few")
    void shouldReadBackEveryEventFromAvroAndFromJson(long seed) {
        RandomGenerator random = Seeds.random(seed);
        Events.topics().forEach(topic -> shouldReadBack(seed, topic, random));
    }

    private <V extends SpecificRecord> void shouldReadBack(long seed, Topic<V> topic, RandomGenerator random) {
        String name = topic.name("llm.");
        Serde<V> avro = serdes.avro(topic);
        Serde<Received<V>> received = serdes.received(topic);
        for (int i = 0; i < 20; i++) {
            V event = Events.random(topic, random);

            byte[] bytes = avro.serializer().serialize(name, event);
            String json = JsonEvents.write(event);

            assertThat(avro.deserializer().deserialize(name, bytes))
                    .as("seed %d: %s", seed, json)
                    .isEqualTo(event);
            assertThat(JsonEvents.read(event.getClass(), json))
                    .as("seed %d: %s", seed, json)
                    .isEqualTo(event);
            assertThat(received.deserializer().deserialize(name, bytes).value())
                    .as("seed %d: %s", seed, json)
                    .isEqualTo(event);
        }
    }
}
