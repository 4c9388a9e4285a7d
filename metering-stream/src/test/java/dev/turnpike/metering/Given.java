package dev.turnpike.metering;

import dev.turnpike.metering.pricing.PriceBook;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.BudgetScopes.Dimensions;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.UsageReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A small world for tests: prices that are easy to add up, a policy, dispatches and reports of one team. */
public final class Given {

    static {
        TrustedEvents.register();
    }

    public static final String TEAM = "search";

    /** Friday noon UTC, far from every boundary of hour, day, week and month in UTC. */
    public static final long NOON = Instant.parse("2026-11-20T12:20:00Z").toEpochMilli();

    public static final long MINUTE = 60_000;
    public static final long HOUR = 60 * MINUTE;

    private Given() {}

    /** A price at which a token costs so many nano-dollars, input and output alike. */
    public static Price price(String version, long perToken) {
        return Price.newBuilder()
                .setVersion(version)
                .setEffectiveFrom(0)
                .setInput(perToken * 1_000_000)
                .setOutput(perToken * 1_000_000)
                .build();
    }

    public static ModelOffer offer(String provider, String model, Price... prices) {
        return ModelOffer.newBuilder()
                .setProvider(provider)
                .setModel(model)
                .setPrices(List.of(prices))
                .build();
    }

    public static PriceBook prices(ModelOffer... offers) {
        return new PriceBook(id -> {
            for (ModelOffer offer : offers) {
                if (BudgetScopes.offerId(offer.getProvider(), offer.getModel()).equals(id)) {
                    return offer;
                }
            }
            return null;
        });
    }

    public static Budget usd(String scope, String period, long nanoUsd, Integer... alertAt) {
        return Budget.newBuilder()
                .setName(scope + "-" + period)
                .setScope(scope)
                .setPeriod(period)
                .setLimitNanoUsd(nanoUsd)
                .setAlertAt(List.of(alertAt))
                .build();
    }

    public static Budget tokens(String scope, String period, long tokens) {
        return Budget.newBuilder()
                .setName(scope + "-" + period + "-tokens")
                .setScope(scope)
                .setPeriod(period)
                .setLimitTokens(tokens)
                .build();
    }

    public static TeamPolicy policy(String timezone, Budget... budgets) {
        return TeamPolicy.newBuilder()
                .setTeam(TEAM)
                .setTimezone(timezone)
                .setBudgets(List.of(budgets))
                .build();
    }

    public static ChainModel link(String provider, String model, Price price) {
        return new ChainModel(provider, model, price, Amounts.ZERO.toAvro(), List.of());
    }

    public static LlmRequest.Builder request(String requestId) {
        return LlmRequest.newBuilder()
                .setTeam(TEAM)
                .setRequestId(requestId)
                .setUser("ann")
                .setTaskType("code")
                .setMessages("[]");
    }

    /** A dispatch that holds an amount in every window the policy has for it. */
    public static Dispatch.Builder dispatch(
            LlmRequest request, TeamPolicy policy, long admittedAt, Amounts hold, ChainModel... chain) {
        return Dispatch.newBuilder()
                .setTeam(request.getTeam())
                .setRequestId(request.getRequestId())
                .setAdmittedAt(admittedAt)
                .setRequest(request)
                .setChain(List.of(chain))
                .setOutputCap(100)
                .setInputBoundTokens(100)
                .setHold(hold.toAvro())
                .setWindows(windows(request, policy, admittedAt, chain))
                .setDeadline(admittedAt + 5 * MINUTE)
                .setHoldUntil(admittedAt + 15 * MINUTE)
                .setReason("test");
    }

    private static List<HoldWindow> windows(
            LlmRequest request, TeamPolicy policy, long admittedAt, ChainModel... chain) {
        List<HoldWindow> windows = new ArrayList<>();
        for (ChainModel link : chain) {
            Dimensions dimensions = new Dimensions(
                            request.getTeam(), request.getUser(), request.getTaskId(), null, request.getTags())
                    .withModel(link.getProvider(), link.getModel());
            BudgetScopes.windowsAt(policy, dimensions, admittedAt).stream()
                    .map(BudgetScopes.Applied::window)
                    .filter(Objects::nonNull)
                    .filter(window -> !windows.contains(window))
                    .forEach(windows::add);
        }
        return windows;
    }

    /** A report of an attempt that went well. */
    public static UsageReport.Builder usage(String requestId, int attempt, String provider, String model) {
        return UsageReport.newBuilder()
                .setUsageId(requestId + "#" + attempt)
                .setSource("turnpike-provider-sink")
                .setTeam(TEAM)
                .setRequestId(requestId)
                .setAttempt(attempt)
                .setProvider(provider)
                .setModel(model)
                .setOccurredAt(NOON)
                .setTags(Map.of());
    }

    /** A later decision that refuses a request of which so many attempts were started. */
    public static Rejection rejection(String requestId, int attempts) {
        return Rejection.newBuilder()
                .setTeam(TEAM)
                .setRequestId(requestId)
                .setDecision(9)
                .setRequestedAt(NOON)
                .setCode("budget-exhausted")
                .setReason("test")
                .setAttempts(attempts)
                .build();
    }
}
