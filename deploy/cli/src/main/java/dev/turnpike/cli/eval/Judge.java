package dev.turnpike.cli.eval;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.turnpike.router.decision.Ask;
import dev.turnpike.router.decision.Fleet;
import dev.turnpike.router.decision.Offer;
import dev.turnpike.router.decision.Outcome.Granted;
import dev.turnpike.router.decision.Position;
import dev.turnpike.router.decision.PromptJudge;
import dev.turnpike.router.decision.Router;
import dev.turnpike.router.decision.SuccessEstimator;
import dev.turnpike.router.decision.TeamRules;
import dev.turnpike.router.decision.TokenCounter;
import dev.turnpike.router.decision.Track;
import dev.turnpike.router.decision.TrackRecord;
import dev.turnpike.router.estimate.Observation;
import dev.turnpike.router.estimate.PromptSuccess;
import dev.turnpike.router.prompt.PromptReader;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The product's router as it would decide had it seen one training side: its models as a catalog, their answers as
 * performance, and an estimator trained on the prompts.
 */
final class Judge {

    static {
        TrustedEvents.register();
    }

    private static final String PROVIDER = "recorded";
    private static final String TEAM = "eval";
    private static final double NANOS = 1e9;
    private static final long NOW = 1;

    private final Fleet fleet;
    private final Map<String, Integer> places = new HashMap<>();
    private final SuccessEstimator estimator;
    private final Router router;
    private final int strongest;

    private Judge(Dataset side, Fleet fleet, PromptJudge prompts) {
        this.fleet = fleet;
        this.estimator = new TrackRecord(new Remembered(prompts));
        this.router = new Router(estimator, TokenCounter.NONE);
        this.strongest = side.strongest();
        side.models().forEach(model -> places.put(model.name(), places.size()));
    }

    /** Judges a prompt once, however often it is decided. */
    private static final class Remembered implements PromptJudge {

        private final PromptJudge judge;
        private @Nullable String last;
        private @Nullable String lastType;
        private @Nullable Judgement judgement;

        Remembered(PromptJudge judge) {
            this.judge = judge;
        }

        @Override
        public Judgement judge(String text, @Nullable String taskType) {
            Judgement known = judgement;
            if (known == null || !text.equals(last) || !Objects.equals(taskType, lastType)) {
                known = judge.judge(text, taskType);
                judgement = known;
                last = text;
                lastType = taskType;
            }
            return known;
        }
    }

    static Judge train(Dataset side) {
        List<String> models = side.models().stream().map(Dataset.Model::name).toList();
        PromptSuccess prompts = PromptSuccess.train(
                models,
                side.prompts().stream()
                        .map(prompt -> new Observation(prompt.prompt(), type(prompt), prompt.scores()))
                        .toList());
        return new Judge(side, fleet(side), prompts);
    }

    /** A policy that says what a success is worth, in USD. */
    static TeamRules worth(double usd) {
        TeamPolicy policy = policy();
        policy.getRouting().setWorthNanoUsd((long) Math.min(Long.MAX_VALUE, usd * NANOS));
        return TeamRules.of(policy);
    }

    /** A policy with a quality floor. */
    static TeamRules floor(double floor) {
        TeamPolicy policy = policy();
        policy.getRouting().setQualityFloor(floor);
        return TeamRules.of(policy);
    }

    /** A prompt as the stream would read it. */
    static Ask ask(Dataset.Answered prompt) {
        String content = JsonNodeFactory.instance.textNode(prompt.prompt()).toString();
        LlmRequest request = LlmRequest.newBuilder()
                .setRequestId(prompt.id())
                .setTeam(TEAM)
                .setTaskType(type(prompt))
                .setMessages("[{\"role\":\"user\",\"content\":" + content + "}]")
                .build();
        return Ask.first(request, PromptReader.read(request));
    }

    /** The model that serves; the strongest where the router refuses. */
    int pick(Ask ask, TeamRules rules) {
        return router.decide(ask, fleet, rules, key -> Position.EMPTY, NOW) instanceof Granted granted
                ? places.get(granted.model())
                : strongest;
    }

    /** Expected success of each model. */
    double[] success(Ask ask) {
        String taskType = ask.request().getTaskType();
        SuccessEstimator.Estimate estimate = estimator.estimate(ask, fleet.on(taskType == null ? Track.ANY : taskType));
        double[] success = new double[places.size()];
        places.forEach((model, place) -> success[place] =
                estimate.success(Objects.requireNonNull(fleet.named(BudgetScopes.offerId(PROVIDER, model)))[0]));
        return success;
    }

    private static TeamPolicy policy() {
        TeamPolicy policy = TeamPolicy.newBuilder().setTeam(TEAM).build();
        policy.getRouting().setFallbacks(0);
        policy.getRouting().setOutputCap(1_000_000);
        return policy;
    }

    private static Fleet fleet(Dataset side) {
        double[] scores = side.meanScores();
        Map<String, List<Dataset.Answered>> byType = side.prompts().stream()
                .collect(Collectors.groupingBy(prompt -> prompt.taskType().isEmpty() ? Track.ANY : prompt.taskType()));
        Map<String, Long> inputs = new HashMap<>();
        side.prompts()
                .forEach(prompt -> inputs.put(prompt.id(), ask(prompt).prompt().likelyInputTokens()));
        List<Offer> offers = new ArrayList<>();
        for (int m = 0; m < scores.length; m++) {
            Dataset.Model model = side.models().get(m);
            ModelOffer offer = ModelOffer.newBuilder()
                    .setProvider(PROVIDER)
                    .setModel(model.name())
                    .setQuality(Map.of(Track.ANY, scores[m]))
                    .setPrices(List.of(Price.newBuilder()
                            .setVersion("recorded")
                            .setEffectiveFrom(0)
                            .setInput(Math.round(model.inputUsdPerMillion() * NANOS))
                            .setOutput(Math.round(model.outputUsdPerMillion() * NANOS))
                            .build()))
                    .build();
            List<ModelPerformance> performance = new ArrayList<>();
            for (Map.Entry<String, List<Dataset.Answered>> kind : byType.entrySet()) {
                performance.add(performance(model, m, kind.getKey(), kind.getValue(), inputs));
            }
            offers.add(new Offer(offer, performance));
        }
        return Fleet.of(offers, Map.of());
    }

    /** What the meter would have folded from the recorded answers. */
    private static ModelPerformance performance(
            Dataset.Model model, int m, String taskType, List<Dataset.Answered> prompts, Map<String, Long> inputs) {
        double successes = 0;
        double cost = 0;
        double output = 0;
        for (Dataset.Answered prompt : prompts) {
            successes += prompt.scores()[m];
            cost += prompt.costs()[m];
            // the output that explains the recorded cost, since not every record has its tokens
            double forOutput =
                    prompt.costs()[m] * 1e6 - inputs.getOrDefault(prompt.id(), 0L) * model.inputUsdPerMillion();
            output += model.outputUsdPerMillion() == 0 ? 0 : forOutput / model.outputUsdPerMillion();
        }
        int n = prompts.size();
        return ModelPerformance.newBuilder()
                .setProvider(PROVIDER)
                .setModel(model.name())
                .setTaskType(taskType)
                .setAttempts(n)
                .setErrors(0)
                .setJudged(n)
                .setSuccesses(successes)
                .setInputTokens(0)
                .setOutputTokens(Math.max(0, output / n))
                .setCostNanoUsd(cost / n * NANOS)
                .setUpdatedAt(0)
                .build();
    }

    private static @Nullable String type(Dataset.Answered prompt) {
        return prompt.taskType().isEmpty() ? null : prompt.taskType();
    }
}
