package dev.turnpike.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.Routing;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelListTest {

    static {
        TrustedEvents.register();
    }

    private static final long NOW = 1_700_000_000_000L;

    @Test
    void shouldListWhatMayAndCanBeUsed() {
        ObjectNode list = ModelList.of(
                policy(List.of(), List.of("acme/denied")),
                List.of(
                        offer("good", "active", NOW - 5_000),
                        offer("off", "off", NOW - 5_000),
                        offer("not-priced-yet", "active", NOW + 1),
                        offer("denied", "active", NOW - 5_000)),
                List.of(
                        new Alias("house", "acme/good"),
                        new Alias("by-model", "good"),
                        new Alias("forbidden", "acme/denied")),
                NOW);

        assertThat(list.path("data").findValuesAsText("id")).containsExactly("auto", "acme/good", "by-model", "house");
        assertThat(list.at("/data/1").toString())
                .isEqualTo("{\"id\":\"acme/good\",\"object\":\"model\",\"created\":1699999995,\"owned_by\":\"acme\"}");
    }

    @Test
    void shouldNotOfferAChoiceAmongNothing() {
        ObjectNode list = ModelList.of(
                policy(List.of("other/*"), List.of()), List.of(offer("good", "active", 0)), List.of(), NOW);

        assertThat(list.path("data")).isEmpty();
    }

    private static TeamPolicy policy(List<String> allow, List<String> deny) {
        return TeamPolicy.newBuilder()
                .setTeam("search")
                .setRouting(Routing.newBuilder().setAllow(allow).setDeny(deny).build())
                .build();
    }

    private static ModelOffer offer(String model, String status, long pricedSince) {
        Price price = Price.newBuilder()
                .setVersion("1")
                .setEffectiveFrom(pricedSince)
                .setInput(1L)
                .setOutput(1L)
                .build();
        return ModelOffer.newBuilder()
                .setProvider("acme")
                .setModel(model)
                .setStatus(status)
                .setPrices(List.of(price))
                .build();
    }
}
