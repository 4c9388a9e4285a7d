package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OwnershipTest {

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.turnpike.schemas.Seeds#few")
    void shouldAgreeWithWhereAJavaProducerPutsTheTeam(long seed) {
        RandomGenerator random = Seeds.random(seed);
        for (int i = 0; i < 500; i++) {
            String team = Seeds.text(random, 12);
            int partitions = random.nextInt(1, 50);

            assertThat(Ownership.partitionOf(team, partitions))
                    .as("seed %d, team %s", seed, team)
                    .isEqualTo(BuiltInPartitioner.partitionForKey(team.getBytes(StandardCharsets.UTF_8), partitions));
        }
    }
}
