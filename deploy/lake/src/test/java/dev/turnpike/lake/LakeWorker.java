package dev.turnpike.lake;

import dev.turnpike.cluster.LocalConnect;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** A worker in a process of its own, so that it can be killed. */
final class LakeWorker {

    private LakeWorker() {}

    /** Arguments: a folder for its files, the folder of plugins, and the file of the connector. */
    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(args[2]))) {
            properties.load(reader);
        }
        Map<String, String> settings = new HashMap<>();
        properties.forEach((key, value) -> settings.put((String) key, (String) value));
        LocalConnect.start(settings.get("iceberg.kafka.bootstrap.servers"), Path.of(args[0]), Path.of(args[1]))
                .deploy(settings);
    }
}
