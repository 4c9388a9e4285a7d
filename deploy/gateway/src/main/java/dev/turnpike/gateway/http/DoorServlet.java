package dev.turnpike.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.gateway.call.Door;
import dev.turnpike.gateway.call.Door.Message;
import dev.turnpike.gateway.chat.Asked;
import dev.turnpike.gateway.chat.Holder;
import dev.turnpike.gateway.chat.Refusal;
import dev.turnpike.gateway.chat.RefusedException;
import dev.turnpike.schemas.Trace;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /v1/chat/completions} and {@code GET /v1/models}.
 *
 * <p>A servlet of its own, since it reads and writes without a thread that waits, which routes of the framework do not.
 */
public final class DoorServlet extends HttpServlet {

    private static final Logger LOG = LoggerFactory.getLogger(DoorServlet.class);
    private static final String BEARER = "bearer ";
    private static final Duration BODY_WITHIN = Duration.ofSeconds(30);
    private static final int LONGEST_KEY = 255;

    private final transient Ports ports;

    /** What it serves, and by which bounds. */
    public DoorServlet(Ports ports) {
        this.ports = ports;
    }

    /**
     * What the servlet needs.
     *
     * @param isReady whether keys are known and requests can be published
     * @param holderOf who holds a key; null: nobody
     * @param modelsOf the list for a team
     * @param timers for what takes too long
     */
    public record Ports(
            Door door,
            java.util.function.BooleanSupplier isReady,
            Function<String, @Nullable Holder> holderOf,
            Function<String, ObjectNode> modelsOf,
            ScheduledExecutorService timers,
            Places places,
            int mostBodyBytes,
            DoorMetrics metrics) {}

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getRequestURI();
        try {
            if (path.equals("/v1/chat/completions") && request.getMethod().equals("POST")) {
                chat(request, response);
            } else if (path.equals("/v1/models") && request.getMethod().equals("GET")) {
                answer(response, 200, bytes(ports.modelsOf.apply(holder(request).team())));
            } else {
                holder(request);
                throw new RefusedException(Refusal.noSuchRoute(request.getMethod(), path));
            }
        } catch (RefusedException e) {
            refuse(response, e.refusal());
        }
    }

    private void chat(HttpServletRequest request, HttpServletResponse response) {
        Holder holder = holder(request);
        Places.Place place = ports.places.enter();
        if (place == null) {
            throw new RefusedException(Refusal.busy("as many calls as may are under way"));
        }
        try {
            Map<String, String> headers = ours(request);
            Trace trace = Trace.of(request.getHeader(Trace.PARENT), request.getHeader(Trace.STATE));
            String idempotencyKey = idempotencyKey(request);
            Integer triesBefore = triesBefore(request);
            AsyncContext async = request.startAsync(request, response);
            // what takes too long is for the door to say
            async.setTimeout(0);
            CompletableFuture<byte[]> body =
                    Body.read(request.getInputStream(), ports.mostBodyBytes, ports.places.memory());
            Future<?> timer = ports.timers.schedule(
                    () -> body.completeExceptionally(new RefusedException(Refusal.slowBody())),
                    BODY_WITHIN.toMillis(),
                    TimeUnit.MILLISECONDS);
            body.whenComplete((bytes, failure) -> {
                timer.cancel(false);
                if (failure == null) {
                    ask(async, place, new Message(holder, bytes, headers, trace, idempotencyKey, triesBefore));
                } else {
                    place.leave();
                    refuse(async, failure);
                }
            });
        } catch (IOException | RuntimeException e) {
            place.leave();
            throw e instanceof RefusedException refused
                    ? refused
                    : new RefusedException(Refusal.unavailable("the call cannot be read"));
        }
    }

    private void ask(AsyncContext async, Places.Place place, Message message) {
        ServletReply reply = new ServletReply(async, ports.places.memory(), status -> {
            place.leave();
            ports.metrics.replied(status);
        });
        try {
            ports.door.ask(message, reply);
        } catch (RefusedException e) {
            reply.refuse(e.refusal(), Map.of());
        } catch (RuntimeException e) {
            LOG.error("a call failed", e);
            reply.refuse(Refusal.unavailable("the door failed; its log tells more"), Map.of());
        }
    }

    /** Who calls. */
    private Holder holder(HttpServletRequest request) {
        if (!ports.isReady.getAsBoolean()) {
            throw new RefusedException(Refusal.unavailable("the door is not ready"));
        }
        String header = request.getHeader("authorization");
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            throw new RefusedException(Refusal.noKey());
        }
        Holder holder = ports.holderOf.apply(header.substring(BEARER.length()).strip());
        if (holder == null) {
            throw new RefusedException(Refusal.unknownKey());
        }
        return holder;
    }

    private static Map<String, String> ours(HttpServletRequest request) {
        Map<String, String> ours = new HashMap<>();
        for (String name : Collections.list(request.getHeaderNames())) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith(Asked.HEADER_PREFIX)) {
                ours.put(lower, request.getHeader(name).strip());
            }
        }
        return ours;
    }

    private static @Nullable String idempotencyKey(HttpServletRequest request) {
        String key = request.getHeader("idempotency-key");
        if (key != null && (key.isBlank() || key.length() > LONGEST_KEY)) {
            throw new RefusedException(
                    Refusal.invalid("header idempotency-key: must have 1 to " + LONGEST_KEY + " characters"));
        }
        return key;
    }

    private static @Nullable Integer triesBefore(HttpServletRequest request) {
        String count = request.getHeader("x-stainless-retry-count");
        if (count == null) {
            return null;
        }
        return count.equals("0") ? 0 : 1;
    }

    private void refuse(AsyncContext async, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RefusedException refused) {
            try {
                refuse((HttpServletResponse) async.getResponse(), refused.refusal());
            } catch (IOException e) {
                // the client has gone
            }
        } else {
            ports.metrics.replied(499);
        }
        async.complete();
    }

    private void refuse(HttpServletResponse response, Refusal refusal) throws IOException {
        refusal.headers().forEach(response::setHeader);
        answer(response, refusal.status(), refusal.body());
    }

    private void answer(HttpServletResponse response, int status, byte[] body) throws IOException {
        ports.metrics.replied(status);
        response.setStatus(status);
        response.setContentType("application/json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static byte[] bytes(ObjectNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }
}
