package dev.turnpike.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A program of this machine that runs until it is closed, and at the longest as long as this process. */
final class Server implements AutoCloseable {

    // reading ends when the other end of standard input does, which a kill of this process brings about too
    private static final String TETHERED = "\"$@\" & server=$!; cat > /dev/null; kill $server; wait $server";
    private static final long PATIENCE_SECONDS = 30;

    private final Process process;

    private Server(Process process) {
        this.process = process;
    }

    /** @param dir where it runs and what it says is kept */
    static Server start(Path dir, List<String> command) {
        List<String> tethered = new ArrayList<>(List.of("sh", "-c", TETHERED, "sh"));
        tethered.addAll(command);
        try {
            return new Server(new ProcessBuilder(tethered)
                    .directory(dir.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(dir.resolve("output.log").toFile())
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The program of this name in one of the folders or on the path; null where there is none. */
    static @Nullable Path find(String program, Stream<Path> folders) {
        Stream<Path> path = Arrays.stream(
                        System.getenv().getOrDefault("PATH", "").split(":", -1))
                .map(Path::of);
        return Stream.concat(folders, path)
                .map(folder -> folder.resolve(program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Duration cpu() {
        return process.descendants()
                .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
