package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopicsTest {

    @Test
    void shouldListEveryTopicOnce() {
        List<Object> declared = Arrays.stream(Topics.class.getFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()) && field.getType() == Topic.class)
                .map(TopicsTest::value)
                .toList();

        assertThat(Topics.ALL)
                .containsExactlyInAnyOrderElementsOf(declared.stream()
                        .map(Topic.class::cast)
                        .<Topic<?>>map(topic -> topic)
                        .toList());
        assertThat(Topics.ALL.stream().map(Topic::suffix)).doesNotHaveDuplicates();
    }

    @Test
    void shouldNameTopicsWithoutUnderscores() {
        assertThat(Topics.ALL)
                .allSatisfy(
                        topic -> assertThat(topic.name(Topics.DEFAULT_PREFIX)).matches("llm\\.[a-z]+(-[a-z]+)*"));
    }

    @Test
    void shouldHaveBrokerTimeWhereNobodyMayBackdate() {
        assertThat(Topics.ALL.stream().filter(Topic::brokerTime))
                .containsExactlyInAnyOrder(Topics.REQUESTS, Topics.USAGE, Topics.TICKS);
    }

    private static Object value(java.lang.reflect.Field field) {
        try {
            return field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
