package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.metering.recent.Recent;
import dev.turnpike.metering.recent.Ring;
import io.javalin.http.sse.SseClient;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * {@code GET /api/v1/events}: what is new, as server-sent events named {@code live}, at most two a second.
 *
 * <p>Each listener has a thread that looks at what came since it last looked. So one that takes its events slowly gets fewer
 * and larger ones, and neither keeps the others waiting nor fills the memory.
 */
final class LiveEvents implements AutoCloseable {

    private static final int MOST_LISTENERS = 100;
    private static final int MOST_SHOWN = 25;
    private static final long EVERY_MILLIS = 500;
    private static final int TURNS_TO_A_SIGN_OF_LIFE = 20;

    private final Semaphore places = new Semaphore(MOST_LISTENERS);
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "meter-events");
        thread.setDaemon(true);
        return thread;
    });
    private final Recent recent;
    private final InstantSource clock;

    LiveEvents(Recent recent, InstantSource clock) {
        this.recent = recent;
        this.clock = clock;
    }

    void listen(SseClient client) {
        if (!places.tryAcquire()) {
            client.sendEvent("full", "{\"detail\":\"" + MOST_LISTENERS + " listen already; try again later\"}");
            return;
        }
        client.keepAlive();
        try {
            threads.execute(() -> {
                try {
                    tell(client);
                } finally {
                    places.release();
                }
            });
        } catch (RejectedExecutionException e) {
            // ending
            places.release();
            client.close();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void tell(SseClient client) {
        Seen seen = new Seen(recent);
        client.sendEvent(
                "hello",
                JsonNodeFactory.instance.objectNode().put("at", clock.millis()).toString());
        int quiet = 0;
        while (!client.terminated()) {
            try {
                Thread.sleep(EVERY_MILLIS);
            } catch (InterruptedException e) {
                client.close();
                return;
            }
            ObjectNode news = seen.news();
            if (!news.isEmpty()) {
                client.sendEvent("live", news.put("at", clock.millis()).toString());
                quiet = 0;
            } else if (++quiet >= TURNS_TO_A_SIGN_OF_LIFE) {
                client.sendComment("alive");
                quiet = 0;
            }
        }
    }

    /** How far one listener has come. */
    private static final class Seen {

        private final Recent recent;
        private long decisions;
        private long alerts;
        private long deadLetters;
        private long edits;
        private long budgets;

        Seen(Recent recent) {
            this.recent = recent;
            decisions = recent.decisions().last();
            alerts = recent.alerts().last();
            deadLetters = recent.deadLetters().last();
            edits = recent.edits().last();
            budgets = recent.budgetChanges();
        }

        ObjectNode news() {
            ObjectNode news = JsonNodeFactory.instance.objectNode();
            decisions = add(news, "decisions", recent.decisions(), decisions, RecentApi::summary);
            alerts = add(news, "alerts", recent.alerts(), alerts, RecentApi::alert);
            deadLetters = add(news, "dead_letters", recent.deadLetters(), deadLetters, RecentApi::letter);
            edits = add(news, "edits", recent.edits(), edits, RecentApi::edit);
            long changes = recent.budgetChanges();
            if (changes != budgets) {
                news.put("budget_changes", changes - budgets);
                budgets = changes;
            }
            return news;
        }

        private static <T> long add(
                ObjectNode news, String name, Ring<T> ring, long seen, Function<T, ObjectNode> shown) {
            List<Ring.Numbered<T>> fresh = ring.after(seen, MOST_SHOWN);
            if (fresh.isEmpty()) {
                return seen;
            }
            long last = fresh.get(0).number();
            ArrayNode list = news.putArray(name);
            fresh.forEach(each -> list.add(shown.apply(each.value())));
            news.put(name + "_count", last - seen);
            return last;
        }
    }
}
