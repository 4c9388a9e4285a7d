package dev.turnpike.sink.jdbc;

import io.debezium.connector.jdbc.JdbcSinkConnectorTask;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.Set;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;

/**
 * Hands records to Debezium's task, and to a new one after the database went away.
 *
 * <p>Debezium's own task retries a lost connection between two batches. Within one it rolls back first, over the same
 * connection; that fails with an error that it takes for a fault of the records, and the task fails for good. Here such a
 * batch is handed over again, whole, until the database has it: entries are written under their keys, so what it has
 * already replaces itself.
 */
public class PatientJdbcSinkTask extends SinkTask {

    private static final long PAUSE_MS = 1_000;
    // classes of SQLSTATE: connection, rollback, resources, object in use, operator, system
    private static final Set<String> PASSING = Set.of("08", "40", "53", "55", "57", "58");

    private Map<String, String> settings = Map.of();
    private @Nullable JdbcSinkConnectorTask running;

    @Override
    public void start(Map<String, String> props) {
        settings = Map.copyOf(props);
    }

    /**
     * Writes a batch.
     *
     * @throws RetriableException where the database is away; the batch is to come again
     * @throws ConnectException where it refuses the batch, or the settings are wrong
     */
    @Override
    public void put(Collection<SinkRecord> records) {
        JdbcSinkConnectorTask task = running();
        task.put(records);
        Throwable failure = task.getLastProcessingException();
        if (failure != null) {
            stop();
            throw passes(failure) ? later(failure) : new ConnectException(failure.toString(), failure);
        }
    }

    @Override
    public void stop() {
        if (running != null) {
            running.stop();
            running = null;
        }
    }

    @Override
    public String version() {
        return new JdbcSinkConnectorTask().version();
    }

    private JdbcSinkConnectorTask running() {
        JdbcSinkConnectorTask task = running;
        if (task == null) {
            requireDatabase();
            task = new JdbcSinkConnectorTask();
            task.initialize(context);
            running = task;
            try {
                task.start(settings);
                task.open(context.assignment());
            } catch (RuntimeException e) {
                stop();
                throw passes(e) ? later(e) : e;
            }
        }
        return task;
    }

    /** Debezium's task does not say why it cannot start, so we ask first. */
    private void requireDatabase() {
        String url = settings.getOrDefault("connection.url", "");
        Properties login = new Properties();
        login.put("user", settings.getOrDefault("connection.username", ""));
        login.put("password", settings.getOrDefault("connection.password", ""));
        try {
            // not by DriverManager, which does not look into a plugin's folder
            for (Driver driver : ServiceLoader.load(Driver.class, getClass().getClassLoader())) {
                if (driver.acceptsURL(url)) {
                    try (Connection connection = driver.connect(url, login)) {
                        return;
                    }
                }
            }
        } catch (SQLException e) {
            throw passes(e) ? later(e) : new ConnectException(e.getMessage(), e);
        }
        throw new ConnectException(
                "connection.url=" + url.replaceAll("\\?.*", "") + ": no driver for it in the plugin's folder");
    }

    private RetriableException later(Throwable failure) {
        context.timeout(PAUSE_MS);
        return new RetriableException("the database is away: " + failure.getMessage(), failure);
    }

    static boolean passes(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException refused) {
                String state = refused.getSQLState();
                // a pool that found no connection in time gives none
                return state == null || (state.length() > 1 && PASSING.contains(state.substring(0, 2)));
            }
        }
        return false;
    }
}
