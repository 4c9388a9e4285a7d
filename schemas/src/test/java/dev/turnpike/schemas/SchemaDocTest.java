package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SchemaDocTest {

    @Test
    void shouldSayWhatEveryRecordAndFieldMeans() throws IOException {
        assertThat(SchemaCompatibilityTest.parse(Path.of("src/main/avro")).values())
                .allSatisfy(schema -> assertThat(undocumented(schema)).isEmpty());
    }

    @Test
    void shouldSayTheUnitOfEveryAmountAndInstant() throws IOException {
        assertThat(SchemaCompatibilityTest.parse(Path.of("src/main/avro")).values())
                .flatExtracting(Schema::getFields)
                .allSatisfy(field -> {
                    if (field.name().endsWith("_usd")) {
                        assertThat(field.doc()).containsPattern("USD|nano-dollars|As in");
                    }
                    if (field.name().endsWith("_ms")) {
                        assertThat(field.doc()).containsPattern("milliseconds|As in");
                    }
                });
    }

    @Test
    void shouldNoticeWhatIsNotDocumented() {
        Schema schema = new SchemaParser()
                .parse("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"
                        + "{\"name\":\"b\",\"type\":\"int\",\"doc\":\" \"},"
                        + "{\"name\":\"c\",\"type\":\"int\",\"doc\":\"What it is.\"}]}")
                .mainSchema();

        assertThat(undocumented(schema)).containsExactly("R", "R.a", "R.b");
    }

    private static List<String> undocumented(Schema schema) {
        List<String> undocumented = new ArrayList<>();
        if (isBlank(schema.getDoc())) {
            undocumented.add(schema.getFullName());
        }
        for (Schema.Field field : schema.getFields()) {
            if (isBlank(field.doc())) {
                undocumented.add(schema.getFullName() + "." + field.name());
            }
        }
        return undocumented;
    }

    private static boolean isBlank(@Nullable String doc) {
        return doc == null || doc.isBlank();
    }
}
