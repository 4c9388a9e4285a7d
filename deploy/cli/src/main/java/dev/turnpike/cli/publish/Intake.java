package dev.turnpike.cli.publish;

import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.InvalidEventException;
import dev.turnpike.schemas.serde.JsonEvents;
import java.util.Locale;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;

/** A public topic that people write to. */
public enum Intake {
    REQUESTS(Topics.REQUESTS, LlmRequest.class, value -> ((LlmRequest) value).getTeam()),
    USAGE(Topics.USAGE, UsageReport.class, value -> ((UsageReport) value).getTeam()),
    OUTCOMES(Topics.OUTCOMES, Outcome.class, value -> ((Outcome) value).getTeam());

    private final Topic<? extends SpecificRecord> topic;
    private final Class<? extends SpecificRecord> type;
    private final Function<SpecificRecord, String> team;

    Intake(
            Topic<? extends SpecificRecord> topic,
            Class<? extends SpecificRecord> type,
            Function<SpecificRecord, String> team) {
        this.topic = topic;
        this.type = type;
        this.team = team;
    }

    public Topic<? extends SpecificRecord> topic() {
        return topic;
    }

    /** Who pays; decides the partition. */
    String team(SpecificRecord value) {
        return team.apply(value);
    }

    /** @throws IllegalArgumentException if the text is not one event of this topic, in one line */
    SpecificRecord read(String json) {
        SpecificRecord value;
        try {
            value = JsonEvents.read(type, json);
        } catch (InvalidEventException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        if (team(value).isBlank()) {
            throw new IllegalArgumentException("team: is blank; name who pays");
        }
        return value;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
