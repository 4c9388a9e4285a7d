package dev.turnpike.gateway.chat;

import dev.turnpike.schemas.event.Completion;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The answer in one piece: the provider's chat completion as it came, and in headers what Turnpike adds. */
final class WholeAnswer extends Answer {

    WholeAnswer(String requestId, boolean isNamed, Reply reply) {
        super(requestId, isNamed, reply);
    }

    @Override
    void chunk(Completion part) {
        // nobody asked for parts; the whole follows
    }

    @Override
    void whole(Completion last, String response) {
        Map<String, String> headers = headers(last);
        String cost = cost(last);
        if (cost != null) {
            headers.put("x-turnpike-cost-usd", cost);
        }
        reply().start(200, "application/json", headers);
        reply().write(response.getBytes(StandardCharsets.UTF_8));
        reply().end(Map.of());
    }
}
