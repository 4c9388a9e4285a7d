package dev.turnpike.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class JudgeTest {

    @Test
    void shouldPayMoreTheMoreASuccessIsWorth() {
        // given: half of the answers of the first are good, eight of ten of the second, all of the third
        Answers answers = new Answers(3);
        for (int i = 0; i < 200; i++) {
            answers.add("chat", "say word " + i, i % 2, i % 10 < 8 ? 1 : 0, 1, 0.1, 0.2, 0.8);
        }
        Dataset data = answers.dataset();
        Judge judge = Judge.train(data);

        // when / then: 0.3 more success for 0.1 USD, then 0.2 more for 0.6 USD
        var ask = Judge.ask(data.prompts().get(0));
        assertThat(judge.pick(ask, Judge.worth(0.1))).isEqualTo(0);
        assertThat(judge.pick(ask, Judge.worth(1))).isEqualTo(1);
        assertThat(judge.pick(ask, Judge.worth(10))).isEqualTo(2);
        assertThat(judge.pick(ask, Judge.worth(Double.POSITIVE_INFINITY))).isEqualTo(2);
    }

    @Test
    void shouldNeverPickWhatIsWorseAndDearer() {
        // given: the second is, but not on maths, where it alone is good
        Answers answers = new Answers(3);
        for (int i = 0; i < 60; i++) {
            answers.add("chat", "say word " + i, 1, 0, i % 2, 1, 3, 0.1);
            answers.add("maths", "add " + i, 0, 1, 0, 1, 3, 0.1);
        }
        Dataset data = answers.dataset();
        Judge judge = Judge.train(data);

        // when / then
        for (double worth : new double[] {0.01, 1, 100, Double.POSITIVE_INFINITY}) {
            data.prompts().stream()
                    .filter(prompt -> prompt.taskType().equals("chat"))
                    .forEach(prompt -> assertThat(judge.pick(Judge.ask(prompt), Judge.worth(worth)))
                            .isNotEqualTo(1));
        }
        var maths = Judge.ask(data.prompts().get(1));
        assertThat(judge.pick(maths, Judge.worth(Double.POSITIVE_INFINITY))).isEqualTo(1);
    }

    @Test
    void shouldTakeTheStrongestWhereNoneClearsTheFloor() {
        // given
        Answers answers = new Answers(2);
        for (int i = 0; i < 100; i++) {
            answers.add("chat", "say word " + i, i % 2, i % 4 == 0 ? 0 : 1, 1, 2);
        }
        Dataset data = answers.dataset();

        // when
        int pick = Judge.train(data).pick(Judge.ask(data.prompts().get(0)), Judge.floor(0.99));

        // then
        assertThat(pick).isEqualTo(1);
    }
}
