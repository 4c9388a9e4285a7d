package dev.turnpike.containers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The top folder's docker-compose.yml. */
final class ComposeFile {

    static final Path TOP = Path.of(Objects.requireNonNull(System.getProperty("turnpike.top")));

    private final Map<String, Map<String, Object>> services;

    private ComposeFile(Map<String, Map<String, Object>> services) {
        this.services = services;
    }

    @SuppressWarnings("unchecked") // the shape of a compose file; another one fails the tests
    static ComposeFile read() throws IOException {
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        Map<String, Object> file = yaml.load(Files.readString(TOP.resolve("docker-compose.yml")));
        return new ComposeFile((Map<String, Map<String, Object>>) Objects.requireNonNull(file.get("services")));
    }

    Map<String, Map<String, Object>> services() {
        return services;
    }

    String image(String service) {
        return String.valueOf(Objects.requireNonNull(services.get(service)).get("image"));
    }
}
