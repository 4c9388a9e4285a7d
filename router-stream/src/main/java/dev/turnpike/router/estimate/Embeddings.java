package dev.turnpike.router.estimate;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The embeddings of prompts that deploy/embedding-trial has written to the folder {@code -Dturnpike.embeddings}; none without it. */
final class Embeddings {

    private static final @Nullable String FOLDER = System.getProperty("turnpike.embeddings");

    static final int SIZE = FOLDER == null ? 0 : 384;

    private static final Map<UUID, float[]> KNOWN = new HashMap<>();

    static {
        if (FOLDER != null) {
            try (Stream<Path> files = Files.list(Path.of(FOLDER))) {
                List<Path> all = files.toList();
                for (Path file : all) {
                    read(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Embeddings() {}

    static float[] of(String prompt) {
        if (SIZE == 0) {
            return new float[0];
        }
        float[] embedding = KNOWN.get(key(prompt));
        if (embedding == null) {
            throw new IllegalArgumentException("a prompt has no embedding in " + FOLDER);
        }
        return embedding;
    }

    private static UUID key(String prompt) {
        return UUID.nameUUIDFromBytes(prompt.getBytes(StandardCharsets.UTF_8));
    }

    private static void read(Path file) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            for (int left = in.readInt(); left > 0; left--) {
                UUID key = new UUID(in.readLong(), in.readLong());
                float[] embedding = new float[SIZE];
                for (int i = 0; i < SIZE; i++) {
                    embedding[i] = in.readFloat();
                }
                KNOWN.put(key, embedding);
            }
        }
    }
}
