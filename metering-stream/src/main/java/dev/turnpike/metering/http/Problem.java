package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;

/** An answer that says what is wrong: a problem document as RFC 9457 has it. */
final class Problem extends RuntimeException {

    private final HttpStatus status;

    private Problem(HttpStatus status, String detail) {
        super(detail, null, false, false);
        this.status = status;
    }

    static Problem of(HttpStatus status, String detail) {
        return new Problem(status, detail);
    }

    static Problem badRequest(String detail) {
        return new Problem(HttpStatus.BAD_REQUEST, detail);
    }

    static Problem notFound(String detail) {
        return new Problem(HttpStatus.NOT_FOUND, detail);
    }

    static Problem unavailable(String detail) {
        return new Problem(HttpStatus.SERVICE_UNAVAILABLE, detail);
    }

    void answer(Context context) {
        if (status == HttpStatus.UNAUTHORIZED) {
            context.header("www-authenticate", "Bearer realm=\"turnpike\"");
        }
        context.status(status)
                .contentType("application/problem+json")
                .result(JsonNodeFactory.instance
                        .objectNode()
                        .put("type", "about:blank")
                        .put("title", status.getMessage())
                        .put("status", status.getCode())
                        .put("detail", getMessage())
                        .put("instance", context.path())
                        .toString());
    }
}
