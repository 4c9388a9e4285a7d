package dev.turnpike.sink.jdbc;

import io.debezium.connector.jdbc.JdbcSinkConnector;
import org.apache.kafka.connect.connector.Task;

/** Debezium's JDBC sink with a task that waits for its database, whenever that goes away. Its settings are Debezium's. */
public class PatientJdbcSinkConnector extends JdbcSinkConnector {

    @Override
    public Class<? extends Task> taskClass() {
        return PatientJdbcSinkTask.class;
    }
}
