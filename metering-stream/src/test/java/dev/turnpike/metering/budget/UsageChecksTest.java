package dev.turnpike.metering.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.event.UsageReport;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UsageChecksTest {

    private static final String LONG = "x".repeat(513);

    private final UsageReport report = UsageReport.newBuilder()
            .setTeam("search")
            .setUsageId("u1")
            .setSource("gateway")
            .setModel("small")
            .setOccurredAt(0)
            .build();

    @Test
    void shouldFindNothingWrongWithWhatIsInOrder() {
        assertThat(UsageChecks.problem(report)).isNull();
    }

    @Test
    void shouldRefuseATextThatWouldBlowUpKeys() {
        report.setUser(LONG);

        assertThat(UsageChecks.problem(report)).isEqualTo("user: has 513 characters; at most 512 are taken");
    }

    @Test
    void shouldRefuseALongTag() {
        report.setTags(Map.of("project", LONG));

        assertThat(UsageChecks.problem(report)).isEqualTo("tag project: has 513 characters; at most 512 are taken");
    }

    @Test
    void shouldRefuseALongNameOfATagWithoutRepeatingIt() {
        report.setTags(Map.of(LONG, "x"));

        assertThat(UsageChecks.problem(report)).isEqualTo("a tag's name: has 513 characters; at most 512 are taken");
    }

    @Test
    void shouldRefuseMoreTagsThanAnybodyNeeds() {
        report.setTags(IntStream.range(0, 65).boxed().collect(Collectors.toMap(i -> "tag" + i, i -> "x")));

        assertThat(UsageChecks.problem(report)).isEqualTo("tags: there are 65; at most 64 are taken");
    }
}
