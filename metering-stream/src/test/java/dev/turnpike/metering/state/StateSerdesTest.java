package dev.turnpike.metering.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.metering.performance.Performance;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.SpendAggregate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;

class StateSerdesTest {

    private static final Performance PERFORMANCE = new Performance(
            "openai",
            "small",
            "code",
            1.5,
            0.5,
            2,
            1,
            10,
            20,
            30,
            40,
            0.75,
            List.of(1.0, 0.0, 0.5),
            new Performance.Recent(1, 2, 3, 4, 5),
            1_000);

    @Test
    void shouldReadWhatItWrote() {
        Serde<Performance> serde = StateSerdes.performance();

        byte[] bytes = serde.serializer().serialize("model-performance", PERFORMANCE);

        assertThat(serde.deserializer().deserialize("model-performance", bytes)).isEqualTo(PERFORMANCE);
    }

    @Test
    void shouldRefuseStateOfAnotherFormat() {
        Serde<Performance> serde = StateSerdes.performance();
        byte[] bytes = serde.serializer().serialize("model-performance", PERFORMANCE);
        bytes[0] = 9;

        assertThatThrownBy(() -> serde.deserializer().deserialize("model-performance", bytes))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("format 9")
                .hasMessageContaining("reads 2");
    }

    /**
     * State holds events as the schemas of one release write them. When one of these schemas changes: copy the old schema
     * into the resources of this module, give the layouts that hold it another format, let them read the old format with the
     * copy, and put the new fingerprint here.
     */
    @Test
    void shouldNotChangeTheFormatOfStateUnnoticed() {
        Map<String, Long> fingerprints = Stream.of(
                        Dispatch.getClassSchema(), LedgerEntry.getClassSchema(), SpendAggregate.getClassSchema())
                .collect(Collectors.toMap(Schema::getName, SchemaNormalization::parsingFingerprint64));

        assertThat(fingerprints)
                .isEqualTo(Map.of(
                        "Dispatch", 8920316152975028854L,
                        "LedgerEntry", 3335888489215030043L,
                        "SpendAggregate", 7709477579316073948L));
    }
}
