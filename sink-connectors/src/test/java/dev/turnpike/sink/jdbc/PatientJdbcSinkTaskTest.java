package dev.turnpike.sink.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatientJdbcSinkTaskTest {

    @ParameterizedTest
    @CsvSource({
        "08006, true", // the connection broke
        "08003, true", // the same, seen by the rollback
        "57P03, true", // the database starts
        "40P01, true", // a deadlock
        "53300, true", // too many connections
        ", true", // the pool gave none
        "28P01, false", // a wrong password
        "22021, false", // a text that it does not take
        "42P01, false", // no such table
    })
    void shouldWaitForWhatPassesOnly(String state, boolean passes) {
        SQLException refused = new SQLException("refused", state);

        assertThat(PatientJdbcSinkTask.passes(new ConnectException("failed", new RuntimeException(refused))))
                .isEqualTo(passes);
    }

    @Test
    void shouldNotWaitForWhatIsNotTheDatabases() {
        assertThat(PatientJdbcSinkTask.passes(new ConnectException("failed"))).isFalse();
    }
}
