package dev.turnpike.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A row for each budget, which one statement locks, checks and changes; durable when it answers. */
final class Postgres implements Rival {

    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final String ADMIT =
            "UPDATE budget SET spent = spent + ? WHERE team = ? AND spent + ? <= most RETURNING spent";
    private static final String SETTINGS = "SELECT 'PostgreSQL ' || current_setting('server_version') || ', fsync='"
            + " || current_setting('fsync') || ', synchronous_commit=' || current_setting('synchronous_commit')"
            + " || ', shared_buffers=' || current_setting('shared_buffers')";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Server server;
    private final String url;
    private String synchronousCommit = "on";

    private Postgres(Server server, String url) {
        this.server = server;
        this.url = url;
    }

    /** The folder of an installed server's programs; null where there is none. */
    static @Nullable Path programs() {
        List<Path> versions = new ArrayList<>();
        if (Files.isDirectory(DEBIAN)) {
            try (Stream<Path> all = Files.list(DEBIAN)) {
                all.map(version -> version.resolve("bin"))
                        .sorted(Comparator.reverseOrder())
                        .forEach(versions::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        Path found = Server.find("initdb", versions.stream());
        return found == null ? null : found.getParent();
    }

    /** Starts a server on a new database. */
    static Postgres start(Path programs, Path dir) throws InterruptedException {
        try {
            Files.createDirectories(dir);
            Path data = dir.resolve("data");
            Process created = new ProcessBuilder(unprivileged(
                            programs.resolve("initdb").toString(),
                            "--pgdata=" + data,
                            "--username=turnpike",
                            "--auth=trust",
                            "--encoding=UTF8",
                            "--no-locale"))
                    .redirectErrorStream(true)
                    .redirectOutput(dir.resolve("initdb.log").toFile())
                    .start();
            if (created.waitFor() != 0) {
                throw new IllegalStateException(
                        "initdb: no database could be created: " + Files.readString(dir.resolve("initdb.log")));
            }
            int port = Server.freePort();
            Server server = Server.start(
                    dir,
                    unprivileged(
                            programs.resolve("postgres").toString(),
                            "-D",
                            data.toString(),
                            "-p",
                            Integer.toString(port),
                            "-c",
                            "listen_addresses=127.0.0.1",
                            "-c",
                            "unix_socket_directories=",
                            "-c",
                            "fsync=on"));
            Postgres postgres = new Postgres(server, "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=turnpike");
            postgres.awaitAnswer(dir);
            return postgres;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void open(int teams, long limit) {
        execute("DROP TABLE IF EXISTS budget");
        // room for the next version of a row on its own page, so that a change writes no index
        execute("CREATE TABLE budget (team int PRIMARY KEY, spent bigint NOT NULL, most bigint NOT NULL)"
                + " WITH (fillfactor = 50)");
        execute("INSERT INTO budget SELECT team, 0, " + limit + " FROM generate_series(0, " + (teams - 1) + ") team");
        execute("VACUUM ANALYZE budget");
    }

    @Override
    public void sync(String value) {
        synchronousCommit = value;
    }

    @Override
    public Caller caller() {
        try {
            return new Row(DriverManager.getConnection(url() + "&prepareThreshold=1"));
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public long spent() {
        return Long.parseLong(ask("SELECT sum(spent) FROM budget"));
    }

    @Override
    public Duration cpu() {
        return server.cpu();
    }

    @Override
    public String settings() {
        return ask(SETTINGS);
    }

    @Override
    public void close() {
        server.close();
    }

    private static final class Row implements Caller {

        private final Connection connection;
        private final PreparedStatement admit;

        Row(Connection connection) throws SQLException {
            this.connection = connection;
            this.admit = connection.prepareStatement(ADMIT);
            admit.setLong(1, 1);
            admit.setLong(3, 1);
        }

        @Override
        public int admit(int[] teams, int count) {
            int admitted = 0;
            try {
                for (int i = 0; i < count; i++) {
                    admit.setInt(2, teams[i]);
                    try (ResultSet row = admit.executeQuery()) {
                        admitted += row.next() ? 1 : 0;
                    }
                }
                return admitted;
            } catch (SQLException e) {
                throw failed(e);
            }
        }

        @Override
        public void close() {
            try {
                connection.close();
            } catch (SQLException e) {
                throw failed(e);
            }
        }
    }

    private void awaitAnswer(Path dir) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try (Connection connection = DriverManager.getConnection(url)) {
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    close();
                    throw new IllegalStateException("postgres: does not answer; see " + dir, e);
                }
                Thread.sleep(50);
            }
        }
    }

    private String url() {
        return url + "&options=-c%20synchronous_commit=" + synchronousCommit;
    }

    private void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private String ask(String sql) {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            answer.next();
            return answer.getString(1);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private static IllegalStateException failed(SQLException e) {
        return new IllegalStateException("postgres: " + e.getMessage(), e);
    }

    // it refuses to be root; in a user namespace of its own it is nobody, and may still use the folder
    private static List<String> unprivileged(String... command) {
        List<String> all = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            all.addAll(List.of("unshare", "--user"));
        }
        all.addAll(List.of(command));
        return all;
    }
}
