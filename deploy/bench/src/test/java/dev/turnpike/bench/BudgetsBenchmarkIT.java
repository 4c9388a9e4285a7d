package dev.turnpike.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.LocalCluster;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("long")
class BudgetsBenchmarkIT {

    private static final int LIMIT = 20;

    @TempDir
    Path folder;

    private final ByteArrayOutputStream json = new ByteArrayOutputStream();

    @Test
    void shouldAdmitAsMuchAsALimitAllowsOnEachSide() throws Exception {
        // given limits that are reached while it measures, which refuses figures of a side that admits more or less
        Path redis = Redis.program();
        var benchmark = new BudgetsBenchmark(
                TestPlans.of(new Size(1, 0, 1), json), LocalCluster.shared(), folder, LIMIT, postgres(), redis);

        // when
        benchmark.run();

        // then
        String said = json.toString(StandardCharsets.UTF_8);
        assertThat(said)
                .contains("flush.messages=1")
                .contains("fsync=on, synchronous_commit=on")
                .contains("\"figure\":\"decisions per second, synced, one hot team\"")
                .contains("\"figure\":\"p99 ms at half of its own rate, not synced, 10000 teams\"")
                .contains("\"baseline\":\"POSTGRESQL\"")
                .contains(redis == null ? "left out: no redis-server" : "\"baseline\":\"REDIS\"");
    }

    /** The programs of the one that tests unpack, whatever is installed. */
    private Path postgres() throws IOException, SQLException {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setDataDirectory(folder.resolve("unpacked"))
                        .start();
                var connection = server.getPostgresDatabase().getConnection();
                var statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT setting FROM pg_config WHERE name = 'BINDIR'")) {
            found.next();
            return Path.of(found.getString(1));
        }
    }
}
