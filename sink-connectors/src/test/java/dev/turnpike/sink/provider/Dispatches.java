package dev.turnpike.sink.provider;

import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.AmountVector;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Price;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Dispatches of team {@code search}: at most 1,000 tokens in and 50 out, at $1 and $2 per million. */
public final class Dispatches {

    public static final String TEAM = "search";
    public static final Instant ADMITTED = Instant.parse("2026-11-02T10:00:00Z");
    public static final Instant DEADLINE = ADMITTED.plus(Duration.ofMinutes(2));
    public static final long INPUT_BOUND = 1_000;
    public static final long OUTPUT_CAP = 50;
    /** 1,000 × 1,000 + 50 × 2,000 nano-dollars. */
    public static final long BOUND = 1_100_000;

    static {
        TrustedEvents.register();
    }

    private Dispatches() {}

    /** A dispatch whose hold pays for one attempt; its chain names offers as {@code provider/model}. */
    public static Dispatch dispatch(String requestId, String... offers) {
        return Dispatch.newBuilder()
                .setTeam(TEAM)
                .setRequestId(requestId)
                .setAdmittedAt(ADMITTED.toEpochMilli())
                .setRequest(LlmRequest.newBuilder()
                        .setRequestId(requestId)
                        .setTeam(TEAM)
                        .setUser("ada")
                        .setMessages("[{\"role\":\"user\",\"content\":\"hi\"}]")
                        .build())
                .setChain(Stream.of(offers).map(Dispatches::model).toList())
                .setOutputCap(OUTPUT_CAP)
                .setInputBoundTokens(INPUT_BOUND)
                .setHold(new AmountVector(BOUND, INPUT_BOUND + OUTPUT_CAP, 1L))
                .setDeadline(DEADLINE.toEpochMilli())
                .setHoldUntil(DEADLINE.plus(Duration.ofHours(1)).toEpochMilli())
                .setReason("cheapest that is good enough")
                .build();
    }

    /** The same with a hold that pays for several attempts. */
    public static Dispatch withHoldFor(int attempts, Dispatch dispatch) {
        dispatch.setHold(new AmountVector(BOUND * attempts, (INPUT_BOUND + OUTPUT_CAP) * attempts, 1L));
        return dispatch;
    }

    public static ChainModel model(String offer) {
        Price price = Price.newBuilder()
                .setVersion(offer + "@2026-01-01")
                .setEffectiveFrom(0)
                .setInput(1_000_000_000)
                .setOutput(2_000_000_000)
                .build();
        List<String> parts = List.of(offer.split("/", 2));
        return ChainModel.newBuilder()
                .setProvider(parts.get(0))
                .setModel(parts.get(1))
                .setPrice(price)
                .setBound(new AmountVector(Pricing.bound(price, INPUT_BOUND, OUTPUT_CAP), INPUT_BOUND + OUTPUT_CAP, 1L))
                .build();
    }
}
