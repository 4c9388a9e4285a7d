package dev.turnpike.sink.provider;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OffsetsTest {

    private final Offsets offsets = new Offsets();

    @Test
    void shouldNotKnowWhereToBeginBeforeAnythingWasBegun() {
        assertThat(offsets.firstUnfinished()).isEqualTo(Offsets.NONE);
    }

    @Test
    void shouldBeginAgainAtTheFirstThatIsNotFinished() {
        offsets.begin(10);
        offsets.begin(11);
        offsets.begin(15);

        offsets.finish(11);

        assertThat(offsets.firstUnfinished()).isEqualTo(10);
        assertThat(offsets.unfinished()).isEqualTo(2);
    }

    @Test
    void shouldBeginBehindTheLastWhereAllAreFinished() {
        offsets.begin(10);
        offsets.begin(15);

        offsets.finish(15);
        offsets.finish(10);

        assertThat(offsets.firstUnfinished()).isEqualTo(16);
    }

    @Test
    void shouldTellWhatWasBegunBefore() {
        assertThat(offsets.begin(10)).isTrue();
        assertThat(offsets.begin(12)).isTrue();
        offsets.finish(10);

        assertThat(offsets.begin(10)).isFalse();
        assertThat(offsets.begin(12)).isFalse();
        assertThat(offsets.begin(13)).isTrue();
    }
}
