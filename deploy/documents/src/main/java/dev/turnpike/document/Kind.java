package dev.turnpike.document;

import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;

/** What a document may be, and the topic it is published to. */
public enum Kind {
    MODEL_OFFER("ModelOffer", Topics.CATALOG),
    ALIAS("Alias", Topics.ALIASES),
    ORG("Org", Topics.ORGS),
    TEAM_POLICY("TeamPolicy", Topics.POLICIES);

    private final String wireName;
    private final Topic<? extends SpecificRecord> topic;

    Kind(String wireName, Topic<? extends SpecificRecord> topic) {
        this.wireName = wireName;
        this.topic = topic;
    }

    /** The value of {@code kind} in a file. */
    public String wireName() {
        return wireName;
    }

    public Topic<? extends SpecificRecord> topic() {
        return topic;
    }

    static Kind parse(String name) {
        for (Kind kind : values()) {
            if (kind.wireName.equals(name)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "must be one of " + Arrays.stream(values()).map(Kind::wireName).collect(Collectors.joining(", ")));
    }
}
