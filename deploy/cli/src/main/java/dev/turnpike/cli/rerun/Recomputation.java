package dev.turnpike.cli.rerun;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.router.decision.Ask;
import dev.turnpike.router.decision.DecisionEvents;
import dev.turnpike.router.decision.DecisionEvents.Source;
import dev.turnpike.router.decision.Outcome;
import dev.turnpike.router.decision.Position;
import dev.turnpike.router.decision.Router;
import dev.turnpike.router.prompt.PromptReader;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.WindowView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A decision that was made again from what it names: the record it was made on, the tables by their versions, and the positions it
 * saw.
 *
 * @param impossible why it cannot be made again; null where it can
 * @param again what came out; null where it could not be made
 * @param differences fields that came out otherwise, with both values
 */
public record Recomputation(
        @Nullable String impossible, @Nullable Decision again, List<String> differences) {

    private static final int SHOWN = 60;

    /** Decides again. */
    public static Recomputation of(Decision decision, TopicLog log, Router router) {
        Ask ask = ask(decision, log);
        if (ask == null) {
            return impossible("the request has left " + decision.getSourceTopic());
        }
        if (decision.getCatalogVersion() == null) {
            return impossible("it came to no look at the catalog, and the reason says all there is");
        }
        PastTables past = PastTables.at(decision, log);
        if (past.rules() == null || !past.missing().isEmpty()) {
            return impossible(String.join(" and ", past.missing()) + " can no longer be read from the topics");
        }
        Map<PositionKey, Position> positions = positions(decision);
        Outcome outcome = router.decide(
                ask,
                past.tables().fleet(),
                past.rules(),
                key -> positions.getOrDefault(key, Position.EMPTY),
                decision.getRequestedAt());
        var source = new Source(decision.getSourceTopic(), decision.getSourcePartition(), decision.getSourceOffset());
        Decision again = new DecisionEvents(Duration.ZERO)
                .of(ask, outcome, past.rules(), source, decision.getRequestedAt())
                .decision();
        return new Recomputation(null, again, differences(decision, again));
    }

    /** One line for people. */
    public String text() {
        if (impossible != null) {
            return "not possible: " + impossible;
        }
        return differences.isEmpty()
                ? "the same decision, field by field"
                : "differs in " + String.join("; ", differences);
    }

    private static Recomputation impossible(String why) {
        return new Recomputation(why, null, List.of());
    }

    private static @Nullable Ask ask(Decision decision, TopicLog log) {
        String topic = decision.getSourceTopic();
        var record = log.at(new TopicPartition(topic, decision.getSourcePartition()), decision.getSourceOffset());
        if (record == null) {
            return null;
        }
        if (topic.equals(log.name(Topics.REDECISIONS))) {
            Redecision redecision = log.serdes()
                    .received(Topics.REDECISIONS)
                    .deserializer()
                    .deserialize(topic, record.value())
                    .value();
            return redecision == null
                    ? null
                    : Ask.again(
                            redecision,
                            PromptReader.read(redecision.getDispatch().getRequest()));
        }
        LlmRequest request = log.serdes()
                .received(Topics.REQUESTS)
                .deserializer()
                .deserialize(topic, record.value())
                .value();
        return request == null ? null : Ask.first(request, PromptReader.read(request));
    }

    /** The positions before the decision's own hold. */
    private static Map<PositionKey, Position> positions(Decision decision) {
        Amounts own = decision.getHold() == null ? Amounts.ZERO : Amounts.of(decision.getHold());
        Map<PositionKey, Position> positions = new HashMap<>();
        for (WindowView view : decision.getWindows()) {
            positions.put(
                    PositionKey.of(decision.getTeam(), view.getWindow()),
                    new Position(
                            Amounts.of(view.getHeld()).minus(own),
                            Amounts.of(view.getClosed()),
                            Amounts.of(view.getSpent()),
                            view.getEpoch(),
                            view.getVersion()));
        }
        return positions;
    }

    private static List<String> differences(Decision recorded, Decision again) {
        List<String> differences = new ArrayList<>();
        for (Schema.Field field : recorded.getSchema().getFields()) {
            Object before = recorded.get(field.pos());
            Object after = again.get(field.pos());
            if (!Objects.equals(before, after)) {
                differences.add(field.name() + ": " + shown(before) + " recorded, " + shown(after) + " now");
            }
        }
        return differences;
    }

    private static String shown(@Nullable Object value) {
        String text = String.valueOf(value);
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN - 1) + "…";
    }
}
