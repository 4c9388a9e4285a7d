package dev.turnpike.cli.grow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Topics;
import org.junit.jupiter.api.Test;

class PlacesTest {

    private final Places places = new Places();

    @Test
    void shouldSayWhereARecordWent() {
        lane(0, 3, 4, 9);

        assertThat(places.of(Topics.USAGE, 5, 3)).isZero();
        assertThat(places.of(Topics.USAGE, 5, 9)).isEqualTo(2);
        assertThat(places.end(Topics.USAGE, 5)).isEqualTo(3);
    }

    @Test
    void shouldSayHowFarAReaderHadCome() {
        lane(0, 3, 4, 9);

        assertThat(places.before(Topics.USAGE, 5, 0)).isZero();
        assertThat(places.before(Topics.USAGE, 5, 4)).isEqualTo(1);
        assertThat(places.before(Topics.USAGE, 5, 100)).isEqualTo(3);
        assertThat(places.upTo(Topics.USAGE, 5, 8)).isEqualTo(1);
        assertThat(places.upTo(Topics.USAGE, 5, 2)).isEqualTo(-1);
    }

    @Test
    void shouldPutWhatIsNoLongerKeptBeforeTheFirst() {
        lane(1, 30, 40);

        assertThat(places.of(Topics.USAGE, 5, 7)).isZero();
        assertThat(places.of(Topics.USAGE, 5, 30)).isEqualTo(1);
        assertThat(places.before(Topics.USAGE, 5, 7)).isEqualTo(1);
    }

    @Test
    void shouldLeaveWhatStandsForNone() {
        lane(1, 30);

        assertThat(places.of(Topics.USAGE, 5, -1)).isEqualTo(-1);
        assertThat(places.before(Topics.USAGE, 5, -1)).isEqualTo(-1);
        assertThat(places.upTo(Topics.USAGE, 5, -1)).isEqualTo(-1);
    }

    @Test
    void shouldCountEveryCopyOfARecord() {
        lane(0, 3, 3, 3, 8);

        assertThat(places.before(Topics.USAGE, 5, 3)).isZero();
        assertThat(places.before(Topics.USAGE, 5, 4)).isEqualTo(3);
    }

    private void lane(long first, long... oldOffsets) {
        places.begin(Topics.USAGE, 5, first);
        for (long offset : oldOffsets) {
            places.add(Topics.USAGE, 5, offset);
        }
    }
}
