package dev.turnpike.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A counter for each budget, which a script checks and changes; in the append-only file and synced when it answers. */
final class Redis implements Rival {

    private static final String SCRIPT = """
            local spent = tonumber(redis.call('GET', KEYS[1]) or '0')
            if spent + tonumber(ARGV[1]) > tonumber(ARGV[2]) then return 0 end
            redis.call('INCRBY', KEYS[1], ARGV[1])
            return 1
            """;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Server server;
    private final int port;
    private int teams;
    private long limit;
    private String appendFsync = "always";

    private Redis(Server server, int port) {
        this.server = server;
        this.port = port;
    }

    /** The installed server; null where there is none. */
    static @Nullable Path program() {
        return Server.find("redis-server", Stream.empty());
    }

    static Redis start(Path program, Path dir) throws InterruptedException {
        try {
            Files.createDirectories(dir);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int port = Server.freePort();
        Redis redis = new Redis(
                Server.start(
                        dir,
                        List.of(
                                program.toString(),
                                "--bind",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(port),
                                "--dir",
                                dir.toString(),
                                "--save",
                                "",
                                "--appendonly",
                                "yes",
                                "--appendfsync",
                                "always")),
                port);
        redis.awaitAnswer(dir);
        return redis;
    }

    @Override
    public void open(int teams, long limit) {
        this.teams = teams;
        this.limit = limit;
        try (Connection connection = new Connection()) {
            connection.ask("FLUSHALL");
        }
    }

    @Override
    public void sync(String value) {
        appendFsync = value;
        try (Connection connection = new Connection()) {
            connection.ask("CONFIG", "SET", "appendfsync", value);
        }
    }

    @Override
    public Caller caller() {
        return new Connection();
    }

    @Override
    public long spent() {
        long sum = 0;
        try (Connection connection = new Connection()) {
            for (int team = 0; team < teams; team++) {
                String spent = connection.ask("GET", key(team));
                sum += spent.isEmpty() ? 0 : Long.parseLong(spent);
            }
        }
        return sum;
    }

    @Override
    public Duration cpu() {
        return server.cpu();
    }

    @Override
    public String settings() {
        try (Connection connection = new Connection()) {
            String info = connection.ask("INFO", "server");
            String version = info.lines()
                    .filter(line -> line.startsWith("redis_version:"))
                    .findFirst()
                    .orElse("redis_version:unknown");
            return "Redis " + version.substring(version.indexOf(':') + 1) + ", appendonly=yes, appendfsync="
                    + appendFsync;
        }
    }

    @Override
    public void close() {
        server.close();
    }

    private static String key(int team) {
        return "budget:" + team;
    }

    private void awaitAnswer(Path dir) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try (Connection connection = new Connection()) {
                return;
            } catch (UncheckedIOException e) {
                if (System.nanoTime() > end) {
                    close();
                    throw new IllegalStateException("redis-server: does not answer; see " + dir, e);
                }
                Thread.sleep(50);
            }
        }
    }

    /** As many requests as are given go out at once; the answers come in the same order. */
    private final class Connection implements Caller {

        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private final String script;

        Connection() {
            try {
                socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setTcpNoDelay(true);
                in = new BufferedInputStream(socket.getInputStream());
                out = socket.getOutputStream();
                script = ask("SCRIPT", "LOAD", SCRIPT);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public int admit(int[] which, int count) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < count; i++) {
                append(requests, "EVALSHA", script, "1", key(which[i]), "1", Long.toString(limit));
            }
            int admitted = 0;
            try {
                out.write(bytes(requests));
                for (int i = 0; i < count; i++) {
                    admitted += Integer.parseInt(answer());
                }
                return admitted;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String ask(String... words) {
            try {
                out.write(bytes(append(new StringBuilder(), words)));
                return answer();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static StringBuilder append(StringBuilder request, String... words) {
            request.append('*').append(words.length).append("\r\n");
            for (String word : words) {
                request.append('$')
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            return request;
        }

        private static byte[] bytes(StringBuilder ascii) {
            return ascii.toString().getBytes(StandardCharsets.US_ASCII);
        }

        /** An answer that is a text or a number; empty for none. */
        private String answer() throws IOException {
            String line = line();
            return switch (line.charAt(0)) {
                case '+', ':' -> line.substring(1);
                case '$' -> text(Integer.parseInt(line.substring(1)));
                default -> throw new IOException("redis-server: " + line);
            };
        }

        private String text(int length) throws IOException {
            if (length < 0) {
                return "";
            }
            byte[] text = in.readNBytes(length);
            in.skipNBytes(2);
            return new String(text, StandardCharsets.US_ASCII);
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next != '\r'; next = in.read()) {
                if (next < 0) {
                    throw new EOFException("redis-server: closed the connection");
                }
                line.append((char) next);
            }
            in.skipNBytes(1);
            return line.toString();
        }
    }
}
