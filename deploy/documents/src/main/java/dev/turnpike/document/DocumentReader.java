package dev.turnpike.document;

import dev.turnpike.document.Section.Place;
import dev.turnpike.schemas.event.Alias;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads documents from YAML files, and refuses the first thing in them that is not exactly right. */
public final class DocumentReader {

    private final List<Document> documents = new ArrayList<>();
    private final Map<String, Place> places = new HashMap<>();

    private DocumentReader() {}

    /**
     * The documents of a file, or of all {@code .yaml} and {@code .yml} files of a folder in the order of their names.
     *
     * @throws IllegalArgumentException naming file, line, document, key and cure
     */
    public static List<Document> read(Path path) {
        DocumentReader reader = new DocumentReader();
        for (Path file : files(path)) {
            try (Reader text = Files.newBufferedReader(file)) {
                reader.read(
                        path.equals(file)
                                ? file.toString()
                                : path.relativize(file).toString(),
                        text);
            } catch (NoSuchFileException e) {
                throw new IllegalArgumentException(file + ": there is no such file or folder", e);
            } catch (IOException e) {
                throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
            }
        }
        return reader.documents;
    }

    /** The documents of one text; {@code name} stands for the file in messages. */
    public static List<Document> read(Reader text, String name) {
        DocumentReader reader = new DocumentReader();
        reader.read(name, text);
        return reader.documents;
    }

    private void read(String file, Reader text) {
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        int number = 0;
        try {
            for (Node node : yaml.composeAll(text)) {
                number++;
                add(new Place(file, number), node);
            }
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            throw new IllegalArgumentException(file + ":" + line + ": is not YAML: " + line(e.getProblem()), e);
        } catch (YAMLException e) {
            throw new IllegalArgumentException(file + ": is not YAML: " + line(e.getMessage()), e);
        }
    }

    private static String line(@Nullable String text) {
        return String.valueOf(text).replaceAll("\\R", " ");
    }

    private void add(Place place, Node node) {
        Section section = new Section(place, "", node);
        Kind kind = section.get("kind", Kind::parse);
        Document document = Document.of(
                switch (kind) {
                    case MODEL_OFFER -> OfferDocument.read(section);
                    case TEAM_POLICY -> PolicyDocument.policy(section);
                    case ORG -> PolicyDocument.org(section);
                    case ALIAS -> alias(section);
                });
        Place other = places.putIfAbsent(document.toString(), place);
        if (other != null) {
            throw section.refuse(
                    "kind",
                    document + " is also document " + other.document() + " of " + other.file() + "; keep one of them");
        }
        documents.add(document);
    }

    private static Alias alias(Section section) {
        Alias alias = new Alias(section.get("alias", Values::name), section.get("target", DocumentReader::offerId));
        section.end();
        return alias;
    }

    private static String offerId(String text) {
        int slash = text.indexOf('/');
        if (slash <= 0 || slash == text.length() - 1) {
            throw new IllegalArgumentException("must be an offer as provider/model");
        }
        return Values.name(text);
    }

    private static List<Path> files(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> entries = Files.list(path)) {
            List<Path> files = entries.filter(file ->
                            file.toString().endsWith(".yaml") || file.toString().endsWith(".yml"))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw new IllegalArgumentException(path + ": has no .yaml or .yml file");
            }
            return files;
        } catch (IOException e) {
            throw new IllegalArgumentException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
