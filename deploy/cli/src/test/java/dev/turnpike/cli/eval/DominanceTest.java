package dev.turnpike.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class DominanceTest {

    @Test
    void shouldRuleOutWhatIsWorseAndDearerButNotTheSpecialist() {
        // given: the dear model fails at chat and alone masters maths
        Answers answers = new Answers(2);
        for (int i = 0; i < 100; i++) {
            answers.add("chat", "chat " + i, 1, 0, 1, 2);
        }
        for (int i = 0; i < 50; i++) {
            answers.add("maths", "maths " + i, 0, 1, 1, 2);
        }

        // when
        Dominance dominance = Dominance.of(answers.dataset());

        // then: of a kind of task that was not seen, the overall averages speak
        assertThat(dominance.on("chat")).containsExactly(false, true);
        assertThat(dominance.on("maths")).containsExactly(false, false);
        assertThat(dominance.on("poetry")).containsExactly(false, true);
    }

    @Test
    void shouldNeverLetTheRouterPickWhatIsRuledOut() {
        // given
        Answers answers = new Answers(3);
        for (int i = 0; i < 30; i++) {
            answers.add("chat", "say word " + i, 1, 0, i % 2, 1, 3, 0.1);
        }
        Dataset data = answers.dataset();
        Judge judge = Judge.train(data);

        // when / then
        for (double setting : new double[] {0.01, 1, 100, Double.POSITIVE_INFINITY}) {
            data.prompts().forEach(prompt -> {
                assertThat(Choice.worth(setting).pick(judge.expect(prompt))).isNotEqualTo(1);
                assertThat(Choice.floor(Math.min(1, setting)).pick(judge.expect(prompt)))
                        .isNotEqualTo(1);
            });
        }
    }

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
