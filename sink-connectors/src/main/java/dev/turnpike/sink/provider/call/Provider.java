package dev.turnpike.sink.provider.call;

import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.sink.provider.execution.Outcome;
import dev.turnpike.sink.provider.execution.Outcome.Answered;
import dev.turnpike.sink.provider.execution.Outcome.Failed;
import dev.turnpike.sink.provider.execution.Outcome.Remedy;
import dev.turnpike.sink.provider.execution.Outcome.Timing;
import dev.turnpike.sink.provider.execution.Outcome.Unknown;
import dev.turnpike.sink.provider.execution.Step.Call;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A provider of language models. A call holds a connection while it is open, but no thread. */
public final class Provider {

    private final ProviderSettings settings;
    private final ProviderApi api;
    private final HttpClient http;
    private final InstantSource clock;
    private final CallMetrics metrics;
    private final AtomicInteger open;
    private final Slots slots;

    public Provider(ProviderSettings settings, HttpClient http, InstantSource clock, CallMetrics metrics) {
        this.settings = settings;
        this.api = switch (settings.dialect()) {
            case OPENAI -> new OpenAiApi(settings);
            case ANTHROPIC -> new AnthropicApi(settings);
        };
        this.http = http;
        this.clock = clock;
        this.metrics = metrics;
        this.open = metrics.open(settings.name());
        this.slots = new Slots(settings.maxInFlight(), metrics.waiting(settings.name()));
    }

    /** Asks for a place among the open calls; {@code granted} runs once there is one, on any thread. */
    public Slot request(Runnable granted) {
        return slots.request(granted);
    }

    /**
     * Calls a model. Whatever goes wrong is an outcome.
     *
     * @param trace headers that make the call a part of the caller's trace
     * @param chunks takes each part of a streamed answer, on any thread, in order
     */
    public Ongoing call(Dispatch dispatch, Call call, Trace trace, Consumer<String> chunks) {
        long begun = System.nanoTime();
        LongSupplier elapsedMs = () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        HttpRequest request;
        AnswerReader reader;
        try {
            request = api.request(dispatch, call, trace);
            reader = api.reader(dispatch, call, chunks, elapsedMs);
        } catch (InexpressibleException e) {
            Timing none = new Timing(0, null);
            return Ongoing.ended(withoutKey(new Failed(message(e), Remedy.NEXT_MODEL, null, none)));
        } catch (RuntimeException e) {
            // whatever a caller wrote, nothing was sent; a key that no header takes would stand in the message
            Timing none = new Timing(0, null);
            return Ongoing.ended(withoutKey(new Failed(message(e), Remedy.NONE, null, none)));
        }
        CompletableFuture<HttpResponse<String>> sent =
                http.sendAsync(request, info -> isEventStream(info) ? events(reader) : text());
        CompletableFuture<HttpResponse<String>> answer =
                sent.copy().orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Outcome> outcome = answer.handle((response, failure) -> {
            Outcome ended = withoutKey(
                    failure == null
                            ? outcome(response, reader, elapsedMs)
                            : outcome(cause(failure), reader, elapsedMs));
            Duration took = Duration.ofMillis(elapsedMs.getAsLong());
            metrics.ended(call.model(), ended, took, errorType(ended, response, failure));
            return ended;
        });
        open.incrementAndGet();
        outcome.whenComplete((ended, failure) -> {
            open.decrementAndGet();
            sent.cancel(true);
        });
        return new Ongoing(outcome, answer);
    }

    private Outcome outcome(HttpResponse<String> response, AnswerReader reader, LongSupplier elapsedMs) {
        if (response.statusCode() != 200) {
            Timing timing = new Timing(elapsedMs.getAsLong(), null);
            return Refusals.of(response.statusCode(), response.headers(), response.body(), timing, clock.instant());
        }
        return isEventStream(response.headers().firstValue("content-type").orElse(""))
                ? reader.endOfStream()
                : reader.whole(response.body());
    }

    // some servers repeat in their errors what they were sent, and reasons are written to topics
    private Outcome withoutKey(Outcome outcome) {
        if (outcome instanceof Failed failed) {
            return new Failed(withoutKey(failed.reason()), failed.remedy(), failed.retryAfter(), failed.timing());
        }
        return outcome instanceof Unknown unknown
                ? new Unknown(withoutKey(unknown.reason()), unknown.wasHeard())
                : outcome;
    }

    private String withoutKey(String text) {
        return settings.key() == null ? text : text.replace(settings.key(), "***");
    }

    private static String errorType(
            Outcome outcome, @Nullable HttpResponse<String> response, @Nullable Throwable failure) {
        if (outcome instanceof Answered) {
            return "none";
        }
        if (failure != null) {
            Throwable cause = cause(failure);
            if (cause instanceof CancellationException) {
                return "cancelled";
            }
            return neverConnected(cause) ? "connect" : cause instanceof TimeoutException ? "timeout" : "connection";
        }
        return response == null || response.statusCode() == 200 ? "answer" : Integer.toString(response.statusCode());
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static boolean neverConnected(Throwable cause) {
        return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
    }

    private Outcome outcome(Throwable cause, AnswerReader reader, LongSupplier elapsedMs) {
        if (neverConnected(cause)) {
            // nothing was sent
            Timing timing = new Timing(elapsedMs.getAsLong(), null);
            return new Failed("no connection to " + settings + ": " + message(cause), Remedy.RETRY, null, timing);
        }
        if (cause instanceof CancellationException) {
            return reader.cut(message(cause));
        }
        if (cause instanceof TimeoutException) {
            return reader.cut("no answer within " + settings.timeout().toMillis() + " ms");
        }
        return reader.cut("the connection to " + settings + " broke: " + message(cause));
    }

    private static boolean isEventStream(ResponseInfo info) {
        return info.statusCode() == 200
                && isEventStream(info.headers().firstValue("content-type").orElse(""));
    }

    private static boolean isEventStream(String contentType) {
        return contentType.startsWith("text/event-stream");
    }

    private static HttpResponse.BodySubscriber<String> events(AnswerReader reader) {
        return new Bounded<>(new EventLines(reader::line));
    }

    private static HttpResponse.BodySubscriber<String> text() {
        return new Bounded<>(BodySubscribers.ofString(StandardCharsets.UTF_8));
    }

    private static String message(@Nullable Throwable failure) {
        if (failure == null) {
            return "";
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
