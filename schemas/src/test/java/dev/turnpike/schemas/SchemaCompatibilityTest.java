package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaParser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Holds the schemas against those of the last release, {@code src/test/resources/schemas/released}: old programs read new
 * events, new programs read old ones, and nothing that was promised goes away.
 *
 * <p>A release copies {@code src/main/avro} there.
 */
class SchemaCompatibilityTest {

    private static final Path CURRENT = Path.of("src/main/avro");
    private static final Path RELEASED = Path.of("src/test/resources/schemas/released");

    @Test
    void shouldStayCompatibleWithTheLastRelease() throws IOException {
        assertThat(problems(parse(RELEASED), parse(CURRENT))).isEmpty();
    }

    @Test
    void shouldHoldTheSchemasThatTheProgramsWereGeneratedFrom() throws IOException {
        Map<String, Schema> current = parse(CURRENT);

        assertThat(Topics.ALL.stream()
                        .map(Topic::value)
                        .filter(Objects::nonNull)
                        .map(Class::getName))
                .allSatisfy(name -> assertThat(current).containsKey(name));
    }

    @Test
    void shouldNoticeAMissingSchema() throws IOException {
        Map<String, Schema> released = parse(RELEASED);
        Map<String, Schema> current = new TreeMap<>(released);
        current.remove("dev.turnpike.schemas.event.Alias");

        assertThat(problems(released, current)).containsExactly("dev.turnpike.schemas.event.Alias: is gone");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"name":"b","type":"string"}                                | e.R.a: is gone
            {"name":"a","type":"string"}                                | e.R.a: lost or changed its default
            {"name":"a","type":"string","default":"y"}                  | e.R.a: lost or changed its default
            {"name":"a","type":"string","default":"x","json":true}      | e.R.a: changed its form in JSON
            {"name":"a","type":"long","default":0}                      | e.R: new programs cannot read what old ones wrote
            {"name":"a","type":["null","string"],"default":null}        | e.R: old programs cannot read what new ones write
            {"name":"a","type":"string","default":"x"},{"name":"c","type":"string"} \
                                                                        | e.R: new programs cannot read what old ones wrote
            """)
    void shouldNoticeAnIncompatibleField(String fields, String problem) {
        Schema released = record("{\"name\":\"a\",\"type\":\"string\",\"default\":\"x\"}");

        assertThat(problems(Map.of("e.R", released), Map.of("e.R", record(fields))))
                .anySatisfy(line -> assertThat(line).startsWith(problem));
    }

    @Test
    void shouldAllowAnotherFieldWithADefault() {
        Schema released = record("{\"name\":\"a\",\"type\":\"string\"}");
        Schema current = record("{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"b\",\"type\":\"int\",\"default\":7}");

        assertThat(problems(Map.of("e.R", released), Map.of("e.R", current))).isEmpty();
    }

    /** Avro alone calls it compatible when a field with a default goes away; whoever sent it would not. */
    private static List<String> problems(Map<String, Schema> released, Map<String, Schema> current) {
        List<String> problems = new ArrayList<>();
        released.forEach((name, before) -> {
            Schema after = current.get(name);
            if (after == null) {
                problems.add(name + ": is gone");
                return;
            }
            incompatibility(after, before)
                    .ifPresent(
                            found -> problems.add(name + ": new programs cannot read what old ones wrote: " + found));
            incompatibility(before, after)
                    .ifPresent(
                            found -> problems.add(name + ": old programs cannot read what new ones write: " + found));
            for (Schema.Field field : before.getFields()) {
                problem(field, after.getField(field.name()))
                        .ifPresent(problem -> problems.add(name + "." + field.name() + ": " + problem));
            }
        });
        return problems;
    }

    private static Optional<String> problem(Schema.Field before, Schema.@Nullable Field after) {
        if (after == null) {
            return Optional.of("is gone");
        }
        if (before.hasDefaultValue() && !Objects.equals(before.defaultVal(), after.defaultVal())) {
            return Optional.of("lost or changed its default");
        }
        return Objects.equals(before.getObjectProp("json"), after.getObjectProp("json"))
                ? Optional.empty()
                : Optional.of("changed its form in JSON");
    }

    private static Optional<String> incompatibility(Schema reader, Schema writer) {
        var checked = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
        return checked.getType() == SchemaCompatibilityType.COMPATIBLE
                ? Optional.empty()
                : Optional.of(checked.getResult().getIncompatibilities().toString());
    }

    static Map<String, Schema> parse(Path folder) throws IOException {
        SchemaParser parser = new SchemaParser();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                parser.parse(file);
            }
        }
        Map<String, Schema> schemas = new TreeMap<>();
        parser.getParsedNamedSchemas().forEach(schema -> schemas.put(schema.getFullName(), schema));
        assertThat(schemas).as("schemas in %s", folder).isNotEmpty();
        return schemas;
    }

    private static Schema record(String fields) {
        return new SchemaParser()
                .parse("{\"type\":\"record\",\"namespace\":\"e\",\"name\":\"R\",\"fields\":[" + fields + "]}")
                .mainSchema();
    }
}
