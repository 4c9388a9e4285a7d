package dev.turnpike.sink.provider.call;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a provider is reached.
 *
 * @param name as the chain of a dispatch names it
 * @param dialect the language of its API
 * @param url base of its API, for example {@code https://api.openai.com/v1}
 * @param key proves who asks; null where none is needed
 * @param maxInFlight most calls that are open at a time
 * @param timeout after which an answer is no longer waited for
 * @param outputCapField field of the body that caps the output: {@code max_completion_tokens}, or {@code max_tokens} where a
 *     provider knows only that
 */
public record ProviderSettings(
        String name,
        Dialect dialect,
        URI url,
        @Nullable String key,
        int maxInFlight,
        Duration timeout,
        String outputCapField) {

    /** The language of an API. */
    public enum Dialect {
        /** OpenAI's chat completions, which most providers speak. */
        OPENAI,
        /** Anthropic's messages. */
        ANTHROPIC;

        /** As settings name it. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return name + " at " + url;
    }
}
