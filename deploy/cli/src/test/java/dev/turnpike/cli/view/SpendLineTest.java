package dev.turnpike.cli.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.turnpike.cli.view.SpendLine.Query;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.SpendAggregate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SpendLineTest {

    static {
        TrustedEvents.register();
    }

    private static final long HOUR = 3_600_000;

    private final List<SpendAggregate> cells = List.of(
            cell("search", "ann", "gpt-5", "1h", 0, 10, null),
            cell("search", "ann", "gpt-5", "1h", HOUR, 20, null),
            cell("search", "bob", "gpt-5-mini", "1h", HOUR, 5, null),
            cell("support", "uwe", "gpt-5", "1h", HOUR, 7, null),
            // the same money again: by day, and by a tag
            cell("search", "ann", "gpt-5", "1d", 0, 35, null),
            cell("search", "ann", "gpt-5", "1h", HOUR, 20, "feature"));

    @Test
    void shouldAddUpEachCellOnce() {
        assertThat(SpendLine.of(cells, query(null, List.of("team"), null)))
                .extracting(SpendLine::by, SpendLine::nanoUsd)
                .containsExactly(tuple(List.of("search"), 35L), tuple(List.of("support"), 7L));
    }

    @Test
    void shouldBreakOneTeamDownByUserAndModel() {
        assertThat(SpendLine.of(cells, query("search", List.of("user", "model"), null)))
                .extracting(SpendLine::by, SpendLine::nanoUsd)
                .containsExactly(
                        tuple(List.of("ann", "openai/gpt-5"), 30L), tuple(List.of("bob", "openai/gpt-5-mini"), 5L));
    }

    @Test
    void shouldGiveALinePerWindow() {
        assertThat(SpendLine.of(cells, query("search", List.of("team"), "1h")))
                .extracting(SpendLine::windowStart, SpendLine::nanoUsd)
                .containsExactly(tuple(0L, 10L), tuple(HOUR, 25L));
    }

    @Test
    void shouldKeepToTheSpan() {
        Query query = new Query(null, List.of("team"), null, HOUR, 2 * HOUR);

        assertThat(SpendLine.of(cells, query)).extracting(SpendLine::nanoUsd).containsExactly(25L, 7L);
    }

    @Test
    void shouldRefuseAnUnknownDimension() {
        assertThatThrownBy(() -> query(null, List.of("colour"), null))
                .hasMessage("--by colour: must be of team, user, model, provider, task_type");
    }

    private static Query query(@Nullable String team, List<String> by, @Nullable String window) {
        return new Query(team, by, window, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private static SpendAggregate cell(
            String team, String user, String model, String window, long start, long nanoUsd, @Nullable String tag) {
        return SpendAggregate.newBuilder()
                .setTeam(team)
                .setUser(user)
                .setProvider("openai")
                .setModel(model)
                .setTag(tag)
                .setTagValue(tag)
                .setWindow(window)
                .setWindowStart(start)
                .setWindowEnd(start + HOUR)
                .setAmount(new AmountVector(nanoUsd, 100L, 1L))
                .setEntries(1)
                .setInputTokens(90)
                .setCacheReadTokens(0)
                .setOutputTokens(10)
                .setBaselineNanoUsd(2 * nanoUsd)
                .build();
    }
}
