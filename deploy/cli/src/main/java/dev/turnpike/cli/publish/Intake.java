package dev.turnpike.cli.publish;

import dev.turnpike.schemas.RequestSignature.Purpose;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Cancellation;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.InvalidEventException;
import dev.turnpike.schemas.serde.JsonEvents;
import java.util.Locale;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** A public topic that people write to. */
public enum Intake {
    REQUESTS(Topics.REQUESTS, LlmRequest.class, value -> ((LlmRequest) value).getTeam(), Purpose.REQUEST),
    CANCELLATIONS(
            Topics.CANCELLATIONS, Cancellation.class, value -> ((Cancellation) value).getTeam(), Purpose.CANCELLATION),
    USAGE(Topics.USAGE, UsageReport.class, value -> ((UsageReport) value).getTeam(), null),
    OUTCOMES(Topics.OUTCOMES, Outcome.class, value -> ((Outcome) value).getTeam(), null);

    private final Topic<? extends SpecificRecord> topic;
    private final Class<? extends SpecificRecord> type;
    private final Function<SpecificRecord, String> team;
    private final @Nullable Purpose signedFor;

    Intake(
            Topic<? extends SpecificRecord> topic,
            Class<? extends SpecificRecord> type,
            Function<SpecificRecord, String> team,
            @Nullable Purpose signedFor) {
        this.topic = topic;
        this.type = type;
        this.team = team;
        this.signedFor = signedFor;
    }

    public Topic<? extends SpecificRecord> topic() {
        return topic;
    }

    /** What a signature on it is for; null where nothing is signed. */
    public @Nullable Purpose signedFor() {
        return signedFor;
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
