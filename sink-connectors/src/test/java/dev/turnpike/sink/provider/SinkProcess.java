package dev.turnpike.sink.provider;

import dev.turnpike.cluster.LocalConnect;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** A worker in a process of its own, so that it can be killed. */
final class SinkProcess {

    private SinkProcess() {}

    /** Starts one that runs the provider sink with these settings. */
    static Process start(Path dir, Map<String, String> settings) throws IOException {
        Path file = dir.resolve("connector.properties");
        Properties properties = new Properties();
        properties.putAll(settings);
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        classPath,
                        SinkProcess.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(new File(dir.toFile(), "worker.log"))
                .start();
    }

    /** Runs until it is killed. */
    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]);
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> settings = new HashMap<>();
        properties.forEach((key, value) -> settings.put((String) key, (String) value));
        LocalConnect connect = LocalConnect.start(settings.get("bootstrap.servers"), file.getParent());
        connect.deploy(settings);
    }
}
