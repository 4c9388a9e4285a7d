package dev.turnpike.schemas.serde;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.turnpike.schemas.DeadLetter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecord;

/**
 * Events as JSON objects of the shape of their schema: the field names of the contract, defaults for absent fields. A
 * text field whose schema has the property {@code "json": true} stands as the JSON value that its text holds.
 *
 * <p>Refused are unknown, missing and repeated fields, values of another type, numbers out of range, objects nested deeper
 * than {@value #MAX_DEPTH} and texts of more than {@value #MAX_BYTES} bytes.
 */
public final class JsonEvents {

    public static final int MAX_BYTES = 16 << 20;
    public static final int MAX_DEPTH = 200;

    // no interning: field names within prompts are anybody's
    static final JsonFactory FACTORY = JsonFactory.builder()
            .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_BYTES)
                    .maxDocumentLength(MAX_BYTES)
                    .build())
            .build();

    private JsonEvents() {}

    /**
     * Reads an event.
     *
     * @throws InvalidEventException if the bytes are not one JSON object of this event
     */
    public static <V extends SpecificRecord> V read(Class<V> type, byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new InvalidEventException(
                    DeadLetter.UNREADABLE, json.length + " bytes of JSON are too many; at most " + MAX_BYTES);
        }
        RecordShape shape = RecordShape.of(type);
        try (JsonParser parser = FACTORY.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new InvalidEventException(DeadLetter.UNREADABLE, "the value is not a JSON object");
            }
            Object event = shape.read(parser);
            if (parser.nextToken() != null) {
                throw new InvalidEventException(
                        DeadLetter.UNREADABLE, "text follows the JSON object; write one object per record");
            }
            return type.cast(event);
        } catch (Refusal e) {
            throw e.asInvalid();
        } catch (IOException e) {
            throw notJson(e);
        }
    }

    /**
     * Reads an event.
     *
     * @throws InvalidEventException if the text is not one JSON object of this event
     */
    public static <V extends SpecificRecord> V read(Class<V> type, String json) {
        return read(type, json.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The event as a JSON object with all its fields, on one line.
     *
     * @throws InvalidEventException if a value of it has no place in JSON
     */
    public static String write(SpecificRecord event) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            write(event, generator);
        } catch (IOException e) {
            throw notJson(e);
        }
        return text.toString();
    }

    /** Writes an event as a JSON object into a document. */
    public static void write(SpecificRecord event, JsonGenerator generator) throws IOException {
        try {
            RecordShape.of(event.getClass()).write(event, generator);
        } catch (Refusal e) {
            throw e.asInvalid();
        }
    }

    /**
     * Refuses an event that no JSON object could have given: its JSON texts are none, or a number is not finite.
     *
     * @throws InvalidEventException naming the field
     */
    static void check(SpecificRecord event) {
        try {
            RecordShape.of(event.getClass()).check(event);
        } catch (Refusal e) {
            throw e.asInvalid();
        } catch (IOException e) {
            throw notJson(e);
        }
    }

    private static InvalidEventException notJson(IOException e) {
        String problem = Shown.line(String.valueOf(e.getMessage()));
        if (e instanceof JsonProcessingException malformed) {
            problem = Shown.problem(malformed);
            if (malformed.getLocation() != null) {
                problem += " (column " + malformed.getLocation().getColumnNr() + ")";
            }
        }
        return new InvalidEventException(DeadLetter.UNREADABLE, "not readable as JSON: " + problem, e);
    }
}
