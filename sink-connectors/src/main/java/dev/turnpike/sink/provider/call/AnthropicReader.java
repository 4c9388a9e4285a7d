package dev.turnpike.sink.provider.call;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.sink.provider.execution.Outcome;
import dev.turnpike.sink.provider.execution.Outcome.Unknown;
import org.jspecify.annotations.Nullable;

/** Reads an answer of Anthropic's messages API, whole or as server-sent events, as the chat completion it amounts to. */
final class AnthropicReader implements AnswerReader {

    private static final String DATA = "data:";

    private final OpenAiReader reader;
    private final AnthropicAnswer answer;

    AnthropicReader(OpenAiReader reader, AnthropicAnswer answer) {
        this.reader = reader;
        this.answer = answer;
    }

    @Override
    public synchronized void line(String line) {
        if (!line.startsWith(DATA)) {
            return;
        }
        JsonNode event = OpenAiReader.parse(line.substring(DATA.length()));
        if (event == null) {
            reader.broken(null);
            return;
        }
        int index = event.path("index").asInt();
        switch (event.path("type").asText()) {
            case "message_start" -> hand(answer.started(event.path("message")));
            case "content_block_start" -> hand(answer.blockStarted(index, event.path("content_block")));
            case "content_block_delta" -> hand(answer.blockDelta(index, event.path("delta")));
            case "message_delta" -> {
                hand(answer.ended(event));
                hand(answer.counts());
            }
            case "error" -> reader.broken(event);
            default -> {
                // pings, ends of blocks, and what may yet be invented
            }
        }
    }

    @Override
    public Outcome endOfStream() {
        return reader.endOfStream();
    }

    @Override
    public synchronized Outcome whole(String body) {
        JsonNode read = OpenAiReader.parse(body);
        if (read != null && read.path("type").asText().equals("message")) {
            return reader.answered(answer.whole(read));
        }
        return new Unknown(
                "the answer is not a message: " + (read == null ? "no JSON" : OpenAiReader.shown(read)), false);
    }

    @Override
    public Outcome cut(String reason) {
        return reader.cut(reason);
    }

    private void hand(@Nullable ObjectNode chunk) {
        if (chunk != null) {
            reader.chunk(chunk);
        }
    }
}
