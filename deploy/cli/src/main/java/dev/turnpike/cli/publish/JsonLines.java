package dev.turnpike.cli.publish;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;

/** A file of events, one JSON object a line; blank lines do not count. */
public record JsonLines(Path file, Intake intake) {

    /**
     * Hands every event to a consumer.
     *
     * @return how many there are
     * @throws IllegalArgumentException naming the file and the line of the first one that is refused
     */
    public long each(Consumer<SpecificRecord> consumer) {
        long events = 0;
        long line = 0;
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                line++;
                if (!text.isBlank()) {
                    consumer.accept(event(text, line));
                    events++;
                }
            }
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": there is no such file", e);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + ": is not UTF-8 after line " + line, e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
        }
        return events;
    }

    private SpecificRecord event(String text, long line) {
        try {
            return intake.read(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ":" + line + ": " + e.getMessage(), e);
        }
    }
}
