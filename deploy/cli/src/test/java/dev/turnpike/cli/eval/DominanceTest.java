package dev.turnpike.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class DominanceTest {

    @Test
    void shouldCountPicksOfWhatProvedClearlyWorseAndDearer() {
        // given: the second model fails always and costs twice
        Answers answers = new Answers(2);
        for (int i = 0; i < 10; i++) {
            answers.add("chat", "say word " + i, 1, 0, 1, 2);
        }

        // when
        int picks = Dominance.picks(answers.dataset(), List.of(new int[10], new int[] {0, 1, 0, 0, 1, 0, 0, 0, 0, 0}));

        // then
        assertThat(picks).isEqualTo(2);
    }
}
