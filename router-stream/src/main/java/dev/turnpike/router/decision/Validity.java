package dev.turnpike.router.decision;

import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Requires;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a request must be before anything is decided about it. */
final class Validity {

    // each becomes part of keys and windows of the dispatch, several times over
    static final int MOST_CHARS = 256;
    private static final int MOST_TAGS = 64;

    private Validity() {}

    /** One line on what is wrong; null: nothing. */
    static @Nullable String problemOf(Ask ask) {
        LlmRequest request = ask.request();
        if (ask.prompt().invalid() != null) {
            return ask.prompt().invalid();
        }
        String tooLong = tooLong(request);
        if (tooLong != null) {
            return tooLong + ": must have at most " + MOST_CHARS + " characters";
        }
        if (request.getTags().size() > MOST_TAGS) {
            return "tags: must be at most " + MOST_TAGS;
        }
        if (isOutside(request.getQualityFloor())) {
            return "quality_floor " + request.getQualityFloor() + ": must be from 0 to 1";
        }
        if (isOutside(request.getDifficulty())) {
            return "difficulty " + request.getDifficulty() + ": must be from 0 to 1";
        }
        if (isBelow(1, request.getMaxOutputTokens())) {
            return "max_output_tokens " + request.getMaxOutputTokens() + ": must be at least 1";
        }
        if (isBelow(0, request.getInputTokens())) {
            return "input_tokens " + request.getInputTokens() + ": must not be negative";
        }
        Requires requires = request.getRequires();
        if (requires != null && isBelow(0, requires.getMinContext())) {
            return "requires.min_context " + requires.getMinContext() + ": must not be negative";
        }
        return null;
    }

    private static @Nullable String tooLong(LlmRequest request) {
        if (isLong(request.getUser())) {
            return "user";
        }
        if (isLong(request.getTaskId())) {
            return "task_id";
        }
        if (isLong(request.getTaskType())) {
            return "task_type";
        }
        if (isLong(request.getModel())) {
            return "model";
        }
        for (Map.Entry<String, String> tag : request.getTags().entrySet()) {
            if (isLong(tag.getKey()) || isLong(tag.getValue())) {
                return "tags";
            }
        }
        return null;
    }

    private static boolean isLong(@Nullable String text) {
        return text != null && text.length() > MOST_CHARS;
    }

    private static boolean isOutside(@Nullable Double share) {
        return share != null && !(share >= 0 && share <= 1);
    }

    private static boolean isBelow(long least, @Nullable Long number) {
        return number != null && number < least;
    }
}
