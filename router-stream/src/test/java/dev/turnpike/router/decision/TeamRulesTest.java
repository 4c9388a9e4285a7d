package dev.turnpike.router.decision;

import static dev.turnpike.router.decision.Given.offer;
import static dev.turnpike.router.decision.Given.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.BudgetWindow.Period;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TeamRulesTest {

    private static final Fleet FLEET = Given.fleet(
            offer("azure/gpt-5", "1", "1", 0.9),
            offer("openai/gpt-5", "1", "1", 0.9),
            offer("openai/gpt-5.mini", "1", "1", 0.9));

    @Test
    void shouldAllowEverythingUnlessAListSaysOtherwise() {
        assertThat(allowed(List.of(), List.of())).hasSize(3);
        assertThat(allowed(List.of("openai/*"), List.of())).containsExactly("openai/gpt-5", "openai/gpt-5.mini");
        assertThat(allowed(List.of("*/gpt-5"), List.of())).containsExactly("azure/gpt-5", "openai/gpt-5");
        assertThat(allowed(List.of("*"), List.of("*mini"))).containsExactly("azure/gpt-5", "openai/gpt-5");
    }

    @Test
    void shouldTakeEverythingButTheWildcardLiterally() {
        assertThat(allowed(List.of("openai/gpt-5?mini", "openai/gpt.5"), List.of()))
                .isEmpty();
    }

    @Test
    void shouldLookAgainWhenTheCatalogChanges() {
        var rules = TeamRules.of(policy());

        assertThat(rules.shortlist(FLEET).size()).isEqualTo(3);
        assertThat(rules.shortlist(FLEET)).isSameAs(rules.shortlist(FLEET));
        assertThat(rules.shortlist(Given.fleet(offer("a/one", "1", "1", 0.9))).size())
                .isEqualTo(1);
    }

    @Test
    void shouldTurnWindowsInTheTeamsOwnTimeZone() {
        var policy = policy();
        policy.setTimezone("America/Los_Angeles");
        var rules = TeamRules.of(policy);

        var sunday = rules.windowAt(Period.DAY, at("2026-08-03T06:59:00Z"));
        var monday = rules.windowAt(Period.DAY, at("2026-08-03T07:00:00Z"));

        assertThat(sunday.end()).isEqualTo(monday.start()).isEqualTo(at("2026-08-03T07:00:00Z"));
        assertThat(rules.windowAt(Period.DAY, at("2026-08-03T06:59:00Z"))).isEqualTo(sunday);
    }

    @Test
    void shouldRefuseAPolicyThatCannotBeUnderstood() {
        var policy = policy();
        policy.getRouting().setOutputCap(0);
        assertThatThrownBy(() -> TeamRules.of(policy)).hasMessage("routing.output_cap 0: must be at least 1");

        policy.setTimezone("Mars/Olympus");
        policy.getRouting().setOutputCap(1);
        assertThatThrownBy(() -> TeamRules.of(policy)).hasMessageContaining("Mars/Olympus");
    }

    private static List<String> allowed(List<String> allow, List<String> deny) {
        var policy = policy();
        policy.getRouting().setAllow(allow);
        policy.getRouting().setDeny(deny);
        var shortlist = TeamRules.of(policy).shortlist(FLEET);
        return IntStream.range(0, shortlist.size())
                .mapToObj(k -> FLEET.offer(shortlist.index(k)).id())
                .toList();
    }

    private static long at(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }
}
