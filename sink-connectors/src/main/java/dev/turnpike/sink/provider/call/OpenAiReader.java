package dev.turnpike.sink.provider.call;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.sink.provider.execution.Counts;
import dev.turnpike.sink.provider.execution.Outcome;
import dev.turnpike.sink.provider.execution.Outcome.Answered;
import dev.turnpike.sink.provider.execution.Outcome.Timing;
import dev.turnpike.sink.provider.execution.Outcome.Unknown;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a chat completion, whole or as server-sent events.
 *
 * <p>Where the provider does not count, we do, and never too little: the input at its bound, and for the output the bytes
 * of all that was answered, since no tokenizer makes more than one token of a byte, but not more than the cap allowed.
 */
final class OpenAiReader implements AnswerReader {

    private static final String DATA = "data:";

    private final long inputBound;
    private final long mostOutput;
    private final Consumer<String> chunks;
    private final Consumer<String> usageChunks;
    private final LongSupplier elapsedMs;

    private final StreamedAnswer answer = new StreamedAnswer();
    private @Nullable Long firstTokenMs;
    private @Nullable String broken;
    private boolean isDone;

    OpenAiReader(
            long inputBound,
            long mostOutput,
            Consumer<String> chunks,
            Consumer<String> usageChunks,
            LongSupplier elapsedMs) {
        this.inputBound = inputBound;
        this.mostOutput = mostOutput;
        this.chunks = chunks;
        this.usageChunks = usageChunks;
        this.elapsedMs = elapsedMs;
    }

    @Override
    public synchronized void line(String line) {
        if (!line.startsWith(DATA)) {
            return;
        }
        String data = line.substring(DATA.length()).trim();
        if (data.equals("[DONE]")) {
            isDone = true;
            return;
        }
        JsonNode event = parse(data);
        if (event instanceof ObjectNode chunk && !chunk.hasNonNull("error")) {
            chunk(chunk);
        } else {
            broken(event);
        }
    }

    /** The stream holds what is no part of an answer; null: not even JSON. */
    synchronized void broken(@Nullable JsonNode event) {
        if (broken != null || isDone) {
            return;
        }
        broken = event == null ? "the stream holds what is not JSON" : "the stream holds an error: " + shown(event);
    }

    @Override
    public synchronized Outcome endOfStream() {
        String problem = broken;
        if (problem == null && !isDone && !answer.isFinished()) {
            problem = "the stream ended before the answer did";
        }
        return problem == null ? answered(answer.whole()) : cut(problem);
    }

    @Override
    public synchronized Outcome whole(String body) {
        JsonNode read = parse(body);
        if (read instanceof ObjectNode whole && whole.path("choices").isArray()) {
            return answered(whole);
        }
        return new Unknown("the answer is not a chat completion: " + (read == null ? "no JSON" : shown(read)), false);
    }

    @Override
    public synchronized Outcome cut(String reason) {
        // the counts are the last thing before the end, so nothing is missing
        if (broken == null && answer.isFinished() && answer.hasUsage()) {
            return answered(answer.whole());
        }
        broken = reason;
        return new Unknown(reason, firstTokenMs != null);
    }

    /** The next chunk of the stream; what comes after its end is not heard. */
    synchronized void chunk(ObjectNode chunk) {
        if (broken != null || isDone) {
            return;
        }
        if (chunk.path("choices").isEmpty()) {
            usageChunks.accept(chunk.toString());
        } else {
            if (firstTokenMs == null) {
                firstTokenMs = elapsedMs.getAsLong();
            }
            chunks.accept(chunk.toString());
        }
        try {
            answer.add(chunk);
        } catch (RuntimeException e) {
            // thrown into the HTTP client it would leave the call open until its timeout
            broken = "the chunks of the stream do not fit together";
        }
    }

    synchronized Outcome answered(ObjectNode whole) {
        return new Answered(whole.toString(), counts(whole), new Timing(elapsedMs.getAsLong(), firstTokenMs));
    }

    private Counts counts(ObjectNode whole) {
        JsonNode usage = whole.path("usage");
        String tier = tier(whole.path("service_tier").asText(""));
        if (!usage.path("prompt_tokens").isIntegralNumber()
                || !usage.path("completion_tokens").isIntegralNumber()) {
            long bytes = 0;
            for (JsonNode choice : whole.path("choices")) {
                bytes += choice.toString().getBytes(StandardCharsets.UTF_8).length;
            }
            return Counts.local(inputBound, Math.min(bytes, mostOutput), tier);
        }
        JsonNode cost = usage.path("cost");
        return new Counts(
                usage.path("prompt_tokens").asLong(),
                usage.at("/prompt_tokens_details/cached_tokens").asLong(),
                cacheWrite(usage),
                usage.path("cache_creation_1h_input_tokens").asLong(),
                usage.path("completion_tokens").asLong(),
                usage.at("/completion_tokens_details/reasoning_tokens").asLong(),
                tier,
                cost.isNumber() ? cost.asDouble() : null,
                false);
    }

    /** OpenAI has no price for it and no word; gateways to providers that have one use these. */
    private static long cacheWrite(JsonNode usage) {
        return usage.path("cache_creation_input_tokens")
                .asLong(usage.at("/prompt_tokens_details/cache_write_tokens").asLong());
    }

    private static @Nullable String tier(String tier) {
        return switch (tier) {
            case "", "default", "standard", "auto" -> null;
            default -> tier;
        };
    }

    static @Nullable JsonNode parse(String json) {
        try {
            return OpenAiApi.JSON.readTree(json);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    static String shown(JsonNode node) {
        String text = node.toString();
        return text.length() <= 300 ? text : text.substring(0, 300);
    }
}
