package dev.turnpike.cluster;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The unpacked registry server.
 *
 * @param jar its jar, which names the others
 * @param mainClass what that jar runs
 */
record RegistryHome(Path jar, String mainClass) {

    static final String PROPERTY = "turnpike.registry.home";
    private static final String VARIABLE = "TURNPIKE_REGISTRY_HOME";

    /**
     * Looks in the folder named by the system property, else the one named by the environment variable, else in
     * {@code registry} beside the running jar, else where the build unpacks it.
     */
    static RegistryHome find() {
        return find(System.getProperty(PROPERTY), System.getenv(VARIABLE), runningFrom());
    }

    static RegistryHome find(@Nullable String property, @Nullable String variable, @Nullable Path runningFrom) {
        List<Path> candidates = new ArrayList<>();
        if (property != null) {
            candidates.add(Path.of(property));
        } else if (variable != null) {
            candidates.add(Path.of(variable));
        } else if (runningFrom != null) {
            candidates.add(runningFrom.resolve("registry"));
            candidates.add(
                    runningFrom.resolve("../../local-cluster/target/registry").normalize());
        }
        for (Path candidate : candidates) {
            if (Files.isDirectory(candidate)) {
                return in(candidate);
            }
        }
        throw new ClusterException("no schema registry server in " + candidates + ": build deploy/local-cluster or set "
                + PROPERTY + " or " + VARIABLE + " to the folder of the unpacked server");
    }

    private static RegistryHome in(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            Path jar = files.filter(file -> file.toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow(() -> new ClusterException(
                            folder + ": holds no schema registry server (no *-runner.jar): unpack it there again"));
            try (JarFile opened = new JarFile(jar.toFile())) {
                String mainClass = opened.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
                return new RegistryHome(jar, mainClass);
            }
        } catch (IOException e) {
            throw new ClusterException(folder + ": the schema registry server cannot be read: " + e, e);
        }
    }

    private static @Nullable Path runningFrom() {
        CodeSource source = RegistryHome.class.getProtectionDomain().getCodeSource();
        try {
            return source == null ? null : Path.of(source.getLocation().toURI()).getParent();
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
