package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Requires;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ValidityTest {

    private static final String LONG = "x".repeat(257);

    @Test
    void shouldFindNothingWrongWithASimpleRequest() {
        assertThat(Validity.problemOf(Given.ask(request("r1")))).isNull();
    }

    @ParameterizedTest
    @MethodSource
    void shouldNameTheFieldAndTheCure(Consumer<LlmRequest> change, String problem) {
        var request = request("r1");
        change.accept(request);

        assertThat(Validity.problemOf(Given.ask(request))).isEqualTo(problem);
    }

    static Stream<Arguments> shouldNameTheFieldAndTheCure() {
        Map<String, String> tags = IntStream.range(0, 65).boxed().collect(Collectors.toMap(i -> "t" + i, i -> "v"));
        return Stream.of(
                problem(r -> r.setQualityFloor(-0.1), "quality_floor -0.1: must be from 0 to 1"),
                problem(r -> r.setQualityFloor(Double.NaN), "quality_floor NaN: must be from 0 to 1"),
                problem(r -> r.setDifficulty(1.1), "difficulty 1.1: must be from 0 to 1"),
                problem(r -> r.setMaxOutputTokens(0L), "max_output_tokens 0: must be at least 1"),
                problem(r -> r.setInputTokens(-1L), "input_tokens -1: must not be negative"),
                problem(
                        r -> r.setRequires(
                                Requires.newBuilder().setMinContext(-1L).build()),
                        "requires.min_context -1: must not be negative"),
                problem(r -> r.setUser(LONG), "user: must have at most 256 characters"),
                problem(r -> r.setTaskId(LONG), "task_id: must have at most 256 characters"),
                problem(r -> r.setTaskType(LONG), "task_type: must have at most 256 characters"),
                problem(r -> r.setModel(LONG), "model: must have at most 256 characters"),
                problem(r -> r.setTags(Map.of("feature", LONG)), "tags: must have at most 256 characters"),
                problem(r -> r.setTags(tags), "tags: must be at most 64"));
    }

    private static Arguments problem(Consumer<LlmRequest> change, String problem) {
        return Arguments.of(change, problem);
    }
}
