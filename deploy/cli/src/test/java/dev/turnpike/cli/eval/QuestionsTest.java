package dev.turnpike.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class QuestionsTest {

    @Test
    void shouldTakePromptsWithTheSameLettersAndDigitsForOneQuestion() {
        // given: apart from signs, case and what follows the first 160 they are the same
        String question = "How many primes are below 100? ".repeat(10);

        // when
        List<String> questions =
                Questions.of(List.of(question + "\nA. 25", question.toUpperCase(java.util.Locale.ROOT) + "\nB: 26"));

        // then
        assertThat(questions.get(0)).isEqualTo(questions.get(1)).hasSize(160);
    }

    @Test
    void shouldNotTakeASharedInstructionForTheQuestion() {
        // given: sixty prompts that begin with the same two hundred letters
        String instruction = "complete the assertion ".repeat(10);
        List<String> prompts = IntStream.range(0, 60)
                .mapToObj(i -> instruction + " number " + i)
                .toList();

        // when / then
        assertThat(Questions.of(prompts)).doesNotHaveDuplicates();
    }

    @Test
    void shouldKeepAQuestionOnOneSideOfASplit() {
        // given: every question twice
        List<String> prompts =
                IntStream.range(0, 200).mapToObj(i -> "question " + i / 2).toList();
        Answers answers = new Answers(1);
        prompts.forEach(prompt -> answers.add("", prompt, 1, 1));
        Dataset data = answers.dataset();

        // when
        Split split = Split.by(Questions.of(prompts), data, 5, 3);

        // then: each is tested once, by a router that has not seen it
        List<Integer> tested = new ArrayList<>();
        for (Split.Part part : split.parts()) {
            List<String> learnt = part.train().prompts().stream()
                    .map(Dataset.Answered::prompt)
                    .toList();
            part.test().forEach(i -> assertThat(learnt).doesNotContain(prompts.get(i)));
            tested.addAll(part.test());
        }
        assertThat(tested).hasSize(200).doesNotHaveDuplicates();
        assertThat(split.parts()).hasSize(5);
    }

    @Test
    void shouldSplitDifferentlyWithAnotherSeed() {
        // when / then
        assertThat(parts(1)).isEqualTo(parts(1)).isNotEqualTo(parts(2));
    }

    private static List<Integer> parts(long seed) {
        return IntStream.range(0, 50)
                .mapToObj(i -> Questions.part("question " + i, seed, 4))
                .toList();
    }
}
