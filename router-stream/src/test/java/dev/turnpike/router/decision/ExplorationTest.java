package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExplorationTest {

    @Test
    void shouldTryAnotherModelForAboutTheShareOfRequestsAndEachAboutAsOften() {
        Map<Integer, Integer> ranks = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            ranks.merge(Exploration.rank(request("r" + i), 0.1, 5), 1, Integer::sum);
        }

        assertThat(ranks.get(0)).isBetween(17_700, 18_300);
        for (int rank = 1; rank < 5; rank++) {
            assertThat(ranks.get(rank)).as("rank %d", rank).isBetween(420, 580);
        }
    }

    @Test
    void shouldDecideTheSameForTheSameRequest() {
        for (int i = 0; i < 100; i++) {
            assertThat(Exploration.rank(request("r" + i), 0.5, 9))
                    .isEqualTo(Exploration.rank(request("r" + i), 0.5, 9));
        }
    }

    @Test
    void shouldNotExploreWithoutAShareOrAChoice() {
        for (int i = 0; i < 100; i++) {
            assertThat(Exploration.rank(request("r" + i), 0, 9)).isZero();
            assertThat(Exploration.rank(request("r" + i), 1, 1)).isZero();
        }
    }
}
