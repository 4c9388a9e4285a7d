package dev.turnpike.gateway.http;

import dev.turnpike.gateway.chat.Refusal;
import dev.turnpike.gateway.chat.RefusedException;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body as it comes, without a thread that waits for it.
 *
 * <p>One that is too large is read to its end all the same and thrown away, up to a bound: most clients look for an answer only
 * when they have sent everything, and would see a broken connection in the place of the reason.
 */
final class Body implements ReadListener {

    private static final long MOST_THROWN_AWAY = 64L << 20;

    private final ServletInputStream in;
    private final int most;
    private final Memory memory;
    private final byte[] buffer = new byte[8_192];
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private @Nullable Refusal refusal;
    private long thrownAway;

    private Body(ServletInputStream in, int most, Memory memory) {
        this.in = in;
        this.most = most;
        this.memory = memory;
    }

    /**
     * The body, when it is there; fails with {@link RefusedException} where it is too large, and with what the connection
     * says where it breaks. Its bytes are taken from the memory until the future ends, by itself or by somebody else.
     */
    static CompletableFuture<byte[]> read(ServletInputStream in, int most, Memory memory) {
        Body body = new Body(in, most, memory);
        body.whole.whenComplete((bytes, failure) -> body.letGo());
        in.setReadListener(body);
        return body.whole;
    }

    @Override
    public void onDataAvailable() throws IOException {
        while (!whole.isDone() && in.isReady()) {
            int count = in.read(buffer);
            if (count < 0) {
                return;
            }
            add(count);
        }
    }

    @Override
    public void onAllDataRead() {
        byte[] bytes;
        Refusal refused;
        synchronized (this) {
            bytes = kept.toByteArray();
            refused = refusal;
        }
        if (refused == null) {
            whole.complete(bytes);
        } else {
            whole.completeExceptionally(new RefusedException(refused));
        }
    }

    @Override
    public void onError(Throwable failure) {
        whole.completeExceptionally(failure);
    }

    private void add(int count) {
        boolean isEndless;
        synchronized (this) {
            if (refusal == null) {
                refusal = keep(count);
                if (refusal == null) {
                    return;
                }
                letGo();
            }
            thrownAway += count;
            isEndless = thrownAway > MOST_THROWN_AWAY;
        }
        if (isEndless) {
            onAllDataRead();
        }
    }

    private @Nullable Refusal keep(int count) {
        if (kept.size() + count > most) {
            return Refusal.tooLarge("the body has more than the " + most + " bytes that are taken (request.max.bytes)");
        }
        if (!memory.take(count)) {
            return Refusal.busy("the bodies of all calls together are too large now");
        }
        kept.write(buffer, 0, count);
        if (whole.isDone()) {
            letGo();
        }
        return null;
    }

    private synchronized void letGo() {
        memory.give(kept.size());
        kept.reset();
    }
}
