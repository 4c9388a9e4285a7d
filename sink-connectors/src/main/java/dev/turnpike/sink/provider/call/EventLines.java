package dev.turnpike.sink.provider.call;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.function.Consumer;

/**
 * Hands on the lines of a body as they come; what is no UTF-8 in them becomes the replacement character. The JDK's own
 * subscriber joins a line anew with each piece of it, which takes minutes for a line of some megabytes.
 */
final class EventLines implements BodySubscriber<String> {

    private final Consumer<String> taker;
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    EventLines(Consumer<String> taker) {
        this.taker = taker;
    }

    /** Nothing, when all of it was handed on. */
    @Override
    public CompletionStage<String> getBody() {
        return end;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            while (buffer.hasRemaining()) {
                byte next = buffer.get();
                if (next == '\n') {
                    handOn();
                } else {
                    line.write(next);
                }
            }
        }
    }

    @Override
    public void onError(Throwable failure) {
        end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        handOn();
        end.complete("");
    }

    private void handOn() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        taker.accept(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
    }
}
