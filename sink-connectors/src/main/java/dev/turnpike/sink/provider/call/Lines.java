package dev.turnpike.sink.provider.call;

import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.function.Consumer;

/** Takes lines as fast as they come. */
record Lines(Consumer<String> taker) implements Subscriber<String> {

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
        taker.accept(line);
    }

    @Override
    public void onError(Throwable failure) {
        // the call's future says it
    }

    @Override
    public void onComplete() {
        // the call's future says it
    }
}
