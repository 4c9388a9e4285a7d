package dev.turnpike.metering.recent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RingTest {

    private final Ring<String> ring = new Ring<>(3);

    @Test
    void shouldKeepTheNewest() {
        add("a", "b", "c", "d");

        assertThat(values(ring.before(Long.MAX_VALUE, 10, each -> true))).containsExactly("d", "c", "b");
        assertThat(ring.last()).isEqualTo(4);
    }

    @Test
    void shouldGoOnBehindAPart() {
        add("a", "b", "c");
        List<Ring.Numbered<String>> first = ring.before(Long.MAX_VALUE, 2, each -> true);

        List<Ring.Numbered<String>> second = ring.before(first.get(1).number(), 2, each -> true);

        assertThat(values(first)).containsExactly("c", "b");
        assertThat(values(second)).containsExactly("a");
    }

    @Test
    void shouldTellWhatIsNew() {
        add("a", "b");
        long seen = ring.last();
        add("c");

        assertThat(values(ring.after(seen, 10))).containsExactly("c");
        assertThat(ring.after(ring.last(), 10)).isEmpty();
    }

    @Test
    void shouldFindWhatMatchesOnly() {
        add("a", "bb", "c");

        assertThat(values(ring.before(Long.MAX_VALUE, 1, each -> each.length() == 2)))
                .containsExactly("bb");
    }

    private void add(String... values) {
        List.of(values).forEach(ring::add);
    }

    private static List<String> values(List<Ring.Numbered<String>> numbered) {
        return numbered.stream().map(Ring.Numbered::value).toList();
    }
}
