package dev.turnpike.sink.provider.call;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a provider is reached.
 *
 * @param name as the chain of a dispatch names it
 * @param url base of its API, for example {@code https://api.openai.com/v1}
 * @param key sent as a bearer token; null where none is needed
 * @param maxInFlight most calls that are open at a time
 * @param timeout after which an answer is no longer waited for
 * @param outputCapField field of the body that caps the output: {@code max_completion_tokens}, or {@code max_tokens} where a
 *     provider knows only that
 */
public record ProviderSettings(
        String name, URI url, @Nullable String key, int maxInFlight, Duration timeout, String outputCapField) {

    /** Without the key. */
    @Override
    public String toString() {
        return name + " at " + url;
    }
}
