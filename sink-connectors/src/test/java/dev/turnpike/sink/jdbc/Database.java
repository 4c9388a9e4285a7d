package dev.turnpike.sink.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** A PostgreSQL of its own processes, which can be killed and started again on the same data and port. */
final class Database implements AutoCloseable {

    private static final Path TABLES = Path.of("..", "deploy", "postgres", "turnpike.sql");

    private final Path dir;
    private EmbeddedPostgres server;

    private Database(Path dir, EmbeddedPostgres server) {
        this.dir = dir;
        this.server = server;
    }

    /** Starts one with the tables and views that are shipped. */
    static Database start(Path dir) throws IOException, SQLException {
        Database database = new Database(dir, run(dir, 0));
        database.execute(Files.readString(TABLES));
        return database;
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Lets nobody write to a table until the connection is closed. */
    Connection holdUp(String table) throws SQLException {
        Connection connection = server.getPostgresDatabase().getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE " + table);
        }
        return connection;
    }

    /** All rows of an answer, each as its columns with bars between. */
    List<String> rows(String query) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                List<String> columns = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    columns.add(String.valueOf(result.getString(i)));
                }
                rows.add(String.join("|", columns));
            }
            return rows;
        }
    }

    /** Ends all of its processes at once, with no chance to write anything. */
    void kill() throws IOException, InterruptedException, ExecutionException {
        long pid = Long.parseLong(
                Files.readAllLines(dir.resolve("postmaster.pid")).get(0).trim());
        ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
        List<ProcessHandle> all = new ArrayList<>(postmaster.descendants().toList());
        all.add(postmaster);
        all.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle each : all) {
            each.onExit().get();
        }
    }

    void startAgain() throws IOException {
        int port = server.getPort();
        // lets go of the folder
        server.close();
        server = run(dir, port);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private static EmbeddedPostgres run(Path dir, int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(dir)
                .setCleanDataDirectory(false)
                .setPort(port)
                // as PostgreSQL comes: what it said was committed outlives a kill; the embedded one's own default is
                // off
                .setServerConfig("synchronous_commit", "on")
                .start();
    }
}
