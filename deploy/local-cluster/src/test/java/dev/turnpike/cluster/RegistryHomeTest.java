package dev.turnpike.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RegistryHomeTest {

    @TempDir
    private Path folder;

    private Path target;

    @BeforeEach
    void createTarget() throws IOException {
        target = Files.createDirectories(folder.resolve("deploy/cli/target"));
    }

    @Test
    void shouldFindTheServerWhereThePropertyPoints() throws IOException {
        Path jar = server(folder.resolve("named"));
        server(target.resolve("registry"));

        assertThat(RegistryHome.find(folder.resolve("named").toString(), "elsewhere", target))
                .isEqualTo(new RegistryHome(jar, "server.Main"));
    }

    @Test
    void shouldFindTheServerWhereTheVariablePoints() throws IOException {
        Path jar = server(folder.resolve("named"));

        assertThat(RegistryHome.find(null, folder.resolve("named").toString(), target)
                        .jar())
                .isEqualTo(jar);
    }

    @Test
    void shouldFindTheServerBesideTheRunningJarBeforeTheBuild() throws IOException {
        Path beside = server(target.resolve("registry"));
        server(folder.resolve("deploy/local-cluster/target/registry"));

        assertThat(RegistryHome.find(null, null, target).jar()).isEqualTo(beside);
    }

    @Test
    void shouldFindTheServerWhereTheBuildUnpacksIt() throws IOException {
        Path built = server(folder.resolve("deploy/local-cluster/target/registry"));

        assertThat(RegistryHome.find(null, null, target).jar()).isEqualTo(built);
    }

    @Test
    void shouldSayWhereItLookedInVain() {
        assertThatThrownBy(() -> RegistryHome.find(null, null, target))
                .isInstanceOf(ClusterException.class)
                .hasMessage("no schema registry server in ["
                        + target.resolve("registry") + ", "
                        + folder.resolve("deploy/local-cluster/target/registry")
                        + "]: build deploy/local-cluster or set turnpike.registry.home or TURNPIKE_REGISTRY_HOME"
                        + " to the folder of the unpacked server");
    }

    @Test
    void shouldNotLookFurtherThanANamedFolder() throws IOException {
        server(target.resolve("registry"));

        assertThatThrownBy(() -> RegistryHome.find("no-such-folder", null, target))
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith("no schema registry server in [no-such-folder]");
    }

    @Test
    void shouldRefuseAFolderWithoutAServer() {
        assertThatThrownBy(() -> RegistryHome.find(target.toString(), null, null))
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith(target + ": holds no schema registry server");
    }

    private static Path server(Path home) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "server.Main");
        Path jar = Files.createDirectories(home).resolve("some-server-runner.jar");
        try (OutputStream out = Files.newOutputStream(jar)) {
            new JarOutputStream(out, manifest).close();
        }
        return jar;
    }
}
