package dev.turnpike.bench;

import dev.turnpike.schemas.event.LlmRequest;
import java.time.Duration;
import java.util.List;

/** Requests at the times at which they once arrived, with the policies and the catalog that they are asked under. */
public interface Recording {

    int size();

    /** Time from the first arrival to the one at a place. */
    Duration after(int place);

    /** The request at a place, the recording being repeated for ever. */
    LlmRequest request(int number);

    /** Puts policies and catalog in force. */
    void publishTables(String bootstrapServers, String registryUrl, String topicsPrefix);

    /** Whose models are in the catalog. */
    List<String> providers();
}
