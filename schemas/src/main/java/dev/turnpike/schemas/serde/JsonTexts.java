package dev.turnpike.schemas.serde;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;

/** Any JSON value as compact text, its numbers digit by digit as they were. */
final class JsonTexts {

    private JsonTexts() {}

    /** The text of the value that begins at the parser's token; ends at its last token. */
    static String read(JsonParser parser) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = JsonEvents.FACTORY.createGenerator(text)) {
            copy(parser, generator);
        }
        return wellFormed(text.toString());
    }

    /** Writes the value that a text holds into a document. */
    static void write(String text, JsonGenerator generator) throws IOException {
        check(text);
        try (JsonParser parser = JsonEvents.FACTORY.createParser(text)) {
            parser.nextToken();
            copy(parser, generator);
        }
    }

    /** Refuses a text that does not hold exactly one JSON value. */
    static void check(String text) throws IOException {
        try (JsonParser parser = JsonEvents.FACTORY.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new Refusal("must hold JSON, not nothing");
            }
            if (first == JsonToken.VALUE_NULL) {
                // in place it could not be told from a field without a value
                throw new Refusal("must not hold null");
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw new Refusal("must hold one JSON value, not several");
            }
        } catch (JsonProcessingException e) {
            throw new Refusal("must hold JSON: " + Shown.problem(e));
        }
        wellFormed(text);
    }

    /** Refuses text with half a surrogate pair, which UTF-8 would silently turn into another character. */
    static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new Refusal("has half a surrogate pair at character " + i + "; send whole characters");
                }
                i++;
            }
        }
        return text;
    }

    private static void copy(JsonParser parser, JsonGenerator generator) throws IOException {
        int depth = 0;
        JsonToken token = parser.currentToken();
        while (true) {
            switch (token) {
                case START_OBJECT -> {
                    generator.writeStartObject();
                    depth++;
                }
                case START_ARRAY -> {
                    generator.writeStartArray();
                    depth++;
                }
                case END_OBJECT -> {
                    generator.writeEndObject();
                    depth--;
                }
                case END_ARRAY -> {
                    generator.writeEndArray();
                    depth--;
                }
                case FIELD_NAME -> generator.writeFieldName(parser.currentName());
                case VALUE_STRING ->
                    generator.writeString(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> generator.writeNumber(parser.getText());
                case VALUE_TRUE, VALUE_FALSE -> generator.writeBoolean(token == JsonToken.VALUE_TRUE);
                default -> generator.writeNull();
            }
            if (depth == 0) {
                return;
            }
            token = parser.nextToken();
        }
    }
}
