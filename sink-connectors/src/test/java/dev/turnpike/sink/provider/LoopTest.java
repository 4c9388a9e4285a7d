package dev.turnpike.sink.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopTest {

    private static final Instant START = Instant.parse("2026-11-02T10:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final AtomicBoolean isBusy = new AtomicBoolean();
    private final List<String> happened = new CopyOnWriteArrayList<>();
    private final Written written = new Written();
    private final Journal journal = new Journal(written);
    private final Loop loop = new Loop(
            "loop", journal, now::get, () -> happened.add("opening"), isBusy::get, () -> happened.add("ending"));

    @AfterEach
    void end() throws InterruptedException {
        loop.closeBy(now.get());
        loop.awaitClosed();
    }

    @Test
    void shouldWriteInOneTransactionWhatFollowsFromAllThatHappenedMeanwhile() {
        for (String name : List.of("a", "b", "c")) {
            loop.tell(() -> journal.add(record(name)));
        }

        loop.start();

        await().until(() -> written.transactions().size() == 1);
        assertThat(written.transactions().get(0)).hasSize(3);
    }

    @Test
    void shouldDoWhatMustComeAfterTheCommitAfterIt() {
        written.beforeCommit(() -> happened.add("commit"));
        loop.tell(() -> {
            journal.add(record("a"));
            journal.afterwards(() -> happened.add("afterwards"));
        });

        loop.start();

        await().until(() -> happened.contains("afterwards"));
        assertThat(happened).containsExactly("opening", "commit", "afterwards");
    }

    @Test
    void shouldWaitForTheTimeOfWhatIsToHappenLater() {
        loop.tell(() -> {
            loop.at(START.plusSeconds(60), () -> happened.add("later"));
            loop.at(START.plusSeconds(30), () -> happened.add("sooner"));
        });
        loop.start();
        await().until(() -> happened.contains("opening"));

        now.set(START.plusSeconds(60));

        await().until(() -> happened.contains("later"));
        assertThat(happened).containsExactly("opening", "sooner", "later");
    }

    @Test
    void shouldCloseAtTheLatestWhenItsTimeIsUp() throws InterruptedException {
        isBusy.set(true);
        loop.start();
        loop.closeBy(START.plusSeconds(60));
        await().until(() -> happened.contains("opening"));
        assertThat(happened).doesNotContain("ending");

        now.set(START.plusSeconds(60));
        loop.awaitClosed();

        assertThat(happened).containsExactly("opening", "ending");
        assertThat(written.closed()).isTrue();
        assertThat(loop.failure()).isNull();
    }

    @Test
    void shouldCloseEvenIfTheBrokerDoesNotAnswer() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        written.beforeCommit(() -> {
            happened.add("commit");
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        });
        loop.tell(() -> journal.add(record("a")));
        loop.start();
        await().until(() -> happened.contains("commit"));

        loop.closeBy(START);
        loop.awaitClosed();

        assertThat(written.closed()).isTrue();
        assertThat(happened).containsExactly("opening", "commit", "ending");
    }

    @Test
    void shouldSayWhyItStopped() {
        RuntimeException mistake = new IllegalStateException("a mistake");
        loop.tell(() -> {
            throw mistake;
        });

        loop.start();

        await().until(() -> loop.failure() != null);
        assertThat(loop.failure()).isSameAs(mistake);
        await().until(written::closed);
    }

    private static ProducerRecord<byte[], byte[]> record(String value) {
        return new ProducerRecord<>("any", value.getBytes(StandardCharsets.UTF_8));
    }
}
