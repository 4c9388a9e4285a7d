package dev.turnpike.router.decision;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.Money;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Small worlds to decide in. */
final class Given {

    static {
        TrustedEvents.register();
    }

    /** A Wednesday. */
    static final long NOW = Instant.parse("2026-08-05T10:30:00Z").toEpochMilli();

    private Given() {}

    /** An offer at dollars per million tokens with a score for any task. */
    static ModelOffer offer(String id, String inputUsd, String outputUsd, double quality) {
        int slash = id.indexOf('/');
        return ModelOffer.newBuilder()
                .setProvider(id.substring(0, slash))
                .setModel(id.substring(slash + 1))
                .setPrices(List.of(price(id, inputUsd, outputUsd, 0)))
                .setQuality(Map.of("*", quality))
                .build();
    }

    static Price price(String id, String inputUsd, String outputUsd, long from) {
        return Price.newBuilder()
                .setVersion(id + "@" + from)
                .setEffectiveFrom(from)
                .setInput(Money.parseUsd(inputUsd))
                .setOutput(Money.parseUsd(outputUsd))
                .build();
    }

    static Fleet fleet(ModelOffer... offers) {
        return Fleet.of(
                Arrays.stream(offers).map(terms -> new Offer(terms, List.of())).toList(), Map.of());
    }

    static Offer offer(ModelOffer terms, ModelPerformance... performance) {
        return new Offer(terms, List.of(performance));
    }

    static ModelPerformance performance(String taskType, double attempts, double errors) {
        return ModelPerformance.newBuilder()
                .setProvider("p")
                .setModel("m")
                .setTaskType(taskType)
                .setAttempts(attempts)
                .setErrors(errors)
                .setJudged(0)
                .setSuccesses(0)
                .setInputTokens(0)
                .setOutputTokens(0)
                .setCostNanoUsd(0)
                .setUpdatedAt(NOW)
                .build();
    }

    static TeamPolicy policy(Budget... budgets) {
        TeamPolicy policy = TeamPolicy.newBuilder()
                .setTeam("search")
                .setBudgets(new ArrayList<>(List.of(budgets)))
                .setVersion("v1")
                .build();
        policy.getRouting().setFallbacks(0);
        return policy;
    }

    static Budget hard(String name, String scope, String period, String limitUsd) {
        return Budget.newBuilder()
                .setName(name)
                .setScope(scope)
                .setPeriod(period)
                .setLimitNanoUsd(Money.parseUsd(limitUsd))
                .build();
    }

    static Budget soft(String name, String scope, String period, String limitUsd) {
        Budget budget = hard(name, scope, period, limitUsd);
        budget.setEnforcement("soft");
        return budget;
    }

    static Budget requests(String name, String scope, String period, long limit) {
        return Budget.newBuilder()
                .setName(name)
                .setScope(scope)
                .setPeriod(period)
                .setLimitRequests(limit)
                .build();
    }

    static LlmRequest request(String id) {
        return LlmRequest.newBuilder()
                .setRequestId(id)
                .setTeam("search")
                .setMessages("[{\"role\":\"user\",\"content\":\"hi\"}]")
                .build();
    }

    /** A prompt of so many input tokens at most, of which half are likely. */
    static Prompt prompt(long mostInputTokens) {
        return new Prompt(
                mostInputTokens,
                mostInputTokens / 2,
                Long.MAX_VALUE,
                1,
                false,
                false,
                false,
                "",
                List.of(),
                null,
                null);
    }

    static Ask ask(LlmRequest request) {
        return Ask.first(request, prompt(1_000));
    }

    /** Nothing spent, nothing held. */
    static Headroom untouched() {
        return key -> Position.EMPTY;
    }

    /** So much spent in every window. */
    static Headroom spent(String usd) {
        var position = new Position(Amounts.ZERO, Amounts.ZERO, new Amounts(Money.parseUsd(usd), 0, 0), 1, 1);
        return key -> position;
    }

    static BudgetState state(long epoch, long version, Amounts opened, Amounts closed, Amounts spent) {
        return BudgetState.newBuilder()
                .setTeam("search")
                .setScope("team")
                .setScopeValue("search")
                .setPeriod("day")
                .setWindowStart(0)
                .setWindowEnd(1)
                .setEpoch(epoch)
                .setVersion(version)
                .setOpened(opened.toAvro())
                .setClosed(closed.toAvro())
                .setSpent(spent.toAvro())
                .setDispatchOffset(-1)
                .build();
    }

    static Amounts usd(String usd) {
        return new Amounts(Money.parseUsd(usd), 0, 0);
    }

    static String idOf(ModelOffer terms) {
        return BudgetScopes.offerId(terms.getProvider(), terms.getModel());
    }
}
