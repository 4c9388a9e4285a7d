package dev.turnpike.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.event.Routing;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllowedOffersTest {

    @Test
    void shouldIncludeWhatIsAllowedAndNotDenied() {
        AllowedOffers offers = AllowedOffers.of(routing(List.of("openai/*", "xai/grok-4"), List.of("*/*-mini")));

        assertThat(offers.includes("openai/gpt-5")).isTrue();
        assertThat(offers.includes("xai/grok-4")).isTrue();
        assertThat(offers.includes("openai/o4-mini")).isFalse();
        assertThat(offers.includes("xai/grok-4.1")).isFalse();
    }

    @Test
    void shouldIncludeEverythingWhereNothingIsSaid() {
        assertThat(AllowedOffers.of(routing(List.of(), List.of())).includes("any/thing"))
                .isTrue();
    }

    @Test
    void shouldTakeEveryCharacterButTheStarAsItIs() {
        AllowedOffers offers = AllowedOffers.of(routing(List.of("openai/gpt-4.1"), List.of()));

        assertThat(offers.includes("openai/gpt-4x1")).isFalse();
    }

    private static Routing routing(List<String> allow, List<String> deny) {
        return Routing.newBuilder().setAllow(allow).setDeny(deny).build();
    }
}
