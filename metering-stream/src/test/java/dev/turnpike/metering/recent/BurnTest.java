package dev.turnpike.metering.recent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.event.BudgetState;
import java.util.List;
import org.junit.jupiter.api.Test;

class BurnTest {

    private final Burn burn = new Burn(1_000_000_000);

    @Test
    void shouldStayBoundedAndKeepTheFirstAndTheNewestPoint() {
        for (int second = 0; second < 10_000; second++) {
            burn.add(1_000L * second, state(second));
        }

        List<Burn.Point> points = burn.points();
        assertThat(points).hasSizeLessThanOrEqualTo(240).hasSizeGreaterThan(60);
        assertThat(points.get(0).at()).isZero();
        assertThat(points.get(points.size() - 1).spent().nanoUsd()).isEqualTo(9_999);
        assertThat(points).extracting(Burn.Point::at).isSorted();
    }

    @Test
    void shouldTellWhatIsHeldApart() {
        burn.add(5, state(7));

        assertThat(burn.points()).containsExactly(new Burn.Point(5, new Amounts(7, 0, 0), new Amounts(2, 0, 0)));
    }

    private static BudgetState state(long spent) {
        return BudgetState.newBuilder()
                .setTeam("search")
                .setScope("team")
                .setScopeValue("search")
                .setPeriod("day")
                .setWindowStart(0)
                .setWindowEnd(1_000_000_000)
                .setEpoch(1)
                .setVersion(spent)
                .setOpened(new Amounts(spent + 2, 0, 0).toAvro())
                .setClosed(new Amounts(spent, 0, 0).toAvro())
                .setSpent(new Amounts(spent, 0, 0).toAvro())
                .setDispatchOffset(0)
                .build();
    }
}
