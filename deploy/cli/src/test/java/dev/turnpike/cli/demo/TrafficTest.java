package dev.turnpike.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.UsageReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrafficTest {

    private static final Trace.Arrival ARRIVAL = new Trace.Arrival(Duration.ZERO, 100, 20);

    @Test
    void shouldGiveTheSameRequestForTheSamePlace() {
        var traffic = new Traffic("run");

        assertThat(traffic.request(17, ARRIVAL)).isEqualTo(traffic.request(17, ARRIVAL));
        assertThat(traffic.request(17, ARRIVAL)).isNotEqualTo(traffic.request(18, ARRIVAL));
    }

    @Test
    void shouldFillThePromptWithAsManyTokensAsTheTraceSays() {
        LlmRequest request = new Traffic("run").request(1, ARRIVAL);

        String prompt = request.getMessages().replaceAll(".*content\":\"", "").replace("\"}]", "");
        assertThat(prompt.split(" ")).hasSize(100);
        assertThat(request.getParams()).contains("\"trace_output_tokens\":\"20\"");
    }

    @Test
    void shouldSendEveryTeamAmongThemOneWithoutAPolicy() {
        Map<String, Long> teams = IntStream.range(0, 1_000)
                .mapToObj(number -> new Traffic("run").request(number, ARRIVAL).getTeam())
                .collect(Collectors.groupingBy(team -> team, Collectors.counting()));

        assertThat(teams).containsOnlyKeys("search", "support", "research", "platform", "skunkworks");
    }

    @Test
    void shouldCountEarlierUsageOfAWeekOnce() {
        List<UsageReport> monday =
                Traffic.earlierUsage(Instant.parse("2026-11-16T12:00:00Z").toEpochMilli());
        List<UsageReport> friday =
                Traffic.earlierUsage(Instant.parse("2026-11-20T12:00:00Z").toEpochMilli());
        List<UsageReport> nextWeek =
                Traffic.earlierUsage(Instant.parse("2026-11-23T12:00:00Z").toEpochMilli());

        assertThat(ids(friday)).isEqualTo(ids(monday));
        assertThat(ids(nextWeek)).doesNotContainAnyElementsOf(ids(monday));
    }

    private static List<String> ids(List<UsageReport> reports) {
        return reports.stream().map(UsageReport::getUsageId).toList();
    }
}
