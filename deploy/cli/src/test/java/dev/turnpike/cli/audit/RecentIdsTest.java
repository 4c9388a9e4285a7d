package dev.turnpike.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecentIdsTest {

    private static final long HORIZON = 1_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldKnowWhatAMapWouldKnow(long seed) {
        RecentIds ids = new RecentIds(HORIZON);
        Map<String, long[]> map = new HashMap<>();
        SplittableRandom random = new SplittableRandom(seed);

        for (int i = 0; i < 60_000; i++) {
            String name = "id" + random.nextInt(20_000);
            // times of several topics side by side: some are behind
            long at = i / 8 + random.nextInt(100);
            long[] known = map.get(name);
            long expected = known == null || known[0] + HORIZON < at ? RecentIds.UNKNOWN : known[1];

            assertThat(ids.get(Id.of(name), at)).as("seed %d, step %d", seed, i).isEqualTo(expected);

            ids.add(Id.of(name), at, i);
            if (expected == RecentIds.UNKNOWN) {
                map.put(name, new long[] {at, i});
            }
        }
    }
}
