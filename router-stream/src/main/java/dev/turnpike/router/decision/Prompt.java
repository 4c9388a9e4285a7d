package dev.turnpike.router.decision;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the OpenAI body of a request asks for, as far as deciding needs it.
 *
 * @param mostInputTokens more input tokens than any tokenizer makes of it
 * @param likelyInputTokens the input tokens to expect
 * @param outputCap the most output tokens the body asks for; {@code Long.MAX_VALUE} where it does not say
 * @param choices how many answers it asks for ({@code n})
 * @param tools whether the model may call tools
 * @param vision whether it holds images
 * @param json whether it asks for a JSON response format
 * @param text what the user says last; empty where that is no text
 * @param toolNames names of the tools that the model may call
 * @param unbounded what in it costs tokens that nobody can bound beforehand; null: nothing
 * @param invalid what is wrong with it; null: nothing
 */
public record Prompt(
        long mostInputTokens,
        long likelyInputTokens,
        long outputCap,
        int choices,
        boolean tools,
        boolean vision,
        boolean json,
        String text,
        List<String> toolNames,
        @Nullable String unbounded,
        @Nullable String invalid) {

    /** A body that cannot be served. */
    public static Prompt invalid(String problem) {
        return new Prompt(0, 0, Long.MAX_VALUE, 1, false, false, false, "", List.of(), null, problem);
    }
}
