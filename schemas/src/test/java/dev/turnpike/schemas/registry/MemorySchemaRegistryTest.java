package dev.turnpike.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class MemorySchemaRegistryTest {

    private static final Schema INT = Schema.create(Schema.Type.INT);
    private static final Schema LONG = Schema.create(Schema.Type.LONG);

    private final String scope = UUID.randomUUID().toString();
    private final SchemaRegistry registry = connect(scope);

    @Test
    void shouldBeSharedByAllWhoNameTheScope() {
        int id = registry.register("a-value", INT);

        assertThat(connect(scope).byId(id)).isEqualTo(INT);
        assertThat(connect(scope).idOf("a-value", INT)).isEqualTo(id);
        assertThatThrownBy(() -> connect(scope + "-other").byId(id)).isInstanceOf(UnusableSchemaException.class);
    }

    @Test
    void shouldGiveASchemaOneIdUnderAllSubjects() {
        assertThat(registry.register("a-value", INT)).isEqualTo(1);
        assertThat(registry.register("b-value", INT)).isEqualTo(1);
        assertThat(registry.register("b-value", LONG)).isEqualTo(2);
        assertThat(registry.register("b-value", INT)).isEqualTo(1);

        assertThat(registry.latest("b-value")).isEqualTo(new SchemaRegistry.Registered(2, LONG));
    }

    @Test
    void shouldSayWhatIsNotRegistered() {
        assertThatThrownBy(() -> registry.idOf("a-value", INT))
                .isInstanceOf(RegistryException.class)
                .hasMessage("a-value: has no such schema; register it first");
        assertThatThrownBy(() -> registry.latest("a-value"))
                .isInstanceOf(RegistryException.class)
                .hasMessage("a-value: has no schema; register one first");
        assertThatThrownBy(() -> registry.byId(0)).isInstanceOf(UnusableSchemaException.class);
    }

    @Test
    void shouldRememberCompatibility() {
        assertThat(registry.compatibility(null)).isEqualTo("BACKWARD");
        assertThat(registry.compatibility("a-value")).isNull();

        registry.setCompatibility(null, "NONE");
        registry.setCompatibility("a-value", "FULL");

        assertThat(registry.compatibility(null)).isEqualTo("NONE");
        assertThat(registry.compatibility("a-value")).isEqualTo("FULL");
    }

    private static SchemaRegistry connect(String scope) {
        return SchemaRegistry.connect(Map.of("schema.registry.url", "mock://" + scope));
    }
}
