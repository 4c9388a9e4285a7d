package dev.turnpike.cli.demo;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.Documents;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.document.Change;
import dev.turnpike.document.Document;
import dev.turnpike.document.DocumentReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The demo's catalog and policies. */
public final class DemoDocuments {

    /** Whose models are in the catalog. */
    public static final List<String> PROVIDERS = List.of("openai", "anthropic", "google", "deepseek", "xai");

    private DemoDocuments() {}

    /** Publishes what is not in force yet. */
    public static void publish(Cluster cluster) {
        List<Document> documents = new ArrayList<>();
        documents.addAll(shipped("/demo/catalog.yaml"));
        documents.addAll(shipped("/demo/policies.yaml"));
        try (TopicLog log = TopicLog.open(cluster)) {
            List<Change> changes = Documents.read(log).changes(documents, false, Instant.now());
            Documents.publish(cluster, log.serdes(), changes);
        }
    }

    private static List<Document> shipped(String resource) {
        try (InputStream stream = DemoDocuments.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException(resource + ": is not in this build");
            }
            return DocumentReader.read(new InputStreamReader(stream, StandardCharsets.UTF_8), resource);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
