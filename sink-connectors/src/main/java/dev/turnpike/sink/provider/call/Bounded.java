package dev.turnpike.sink.provider.call;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** Ends a body that is longer than anybody could want, before it fills the memory. */
final class Bounded<T> implements BodySubscriber<T> {

    /** Many times what the longest answers have, and what a topic takes. */
    static final long MOST_BYTES = 16L << 20;

    private final BodySubscriber<T> taker;
    private @Nullable Subscription subscription;
    private long taken;
    private boolean isOver;

    Bounded(BodySubscriber<T> taker) {
        this.taker = taker;
    }

    @Override
    public CompletionStage<T> getBody() {
        return taker.getBody();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        this.subscription = subscription;
        taker.onSubscribe(subscription);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        if (isOver) {
            return;
        }
        for (ByteBuffer buffer : buffers) {
            taken += buffer.remaining();
        }
        if (taken <= MOST_BYTES) {
            taker.onNext(buffers);
            return;
        }
        if (subscription != null) {
            subscription.cancel();
        }
        onError(new IOException("the answer is longer than " + MOST_BYTES + " bytes"));
    }

    @Override
    public void onError(Throwable failure) {
        if (!isOver) {
            isOver = true;
            taker.onError(failure);
        }
    }

    @Override
    public void onComplete() {
        if (!isOver) {
            isOver = true;
            taker.onComplete();
        }
    }
}
