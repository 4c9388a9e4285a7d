package dev.turnpike.sink.provider;

import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.Received;
import dev.turnpike.sink.provider.call.Ongoing;
import dev.turnpike.sink.provider.call.Provider;
import dev.turnpike.sink.provider.call.Slot;
import dev.turnpike.sink.provider.execution.Attempt;
import dev.turnpike.sink.provider.execution.Execution;
import dev.turnpike.sink.provider.execution.Outcome;
import dev.turnpike.sink.provider.execution.Outcome.Failed;
import dev.turnpike.sink.provider.execution.Outcome.Remedy;
import dev.turnpike.sink.provider.execution.Outcome.Timing;
import dev.turnpike.sink.provider.execution.Outcome.Unknown;
import dev.turnpike.sink.provider.execution.Reports;
import dev.turnpike.sink.provider.execution.Step;
import dev.turnpike.sink.provider.execution.Step.Call;
import dev.turnpike.sink.provider.execution.Step.Finish;
import dev.turnpike.sink.provider.execution.Step.HandBack;
import dev.turnpike.sink.provider.execution.Step.Status;
import dev.turnpike.sink.provider.execution.Step.Wait;
import dev.turnpike.sink.provider.execution.Terms;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Executes the dispatches of one partition.
 *
 * <p>A call is made only after the transaction with its {@code started} note is committed, and a dispatch is finished only
 * after the one with its last report. So a crash at any point leaves behind notes from which the next executor knows what it
 * must not do again; it reads them back when it takes up its first dispatch.
 *
 * <p>While a call is open nothing waits for it but its connection: one thread looks after thousands, and writes what
 * becomes of all of them in common transactions.
 */
final class PartitionExecutor {

    private final int partition;
    private final Terms terms;
    private final Map<String, Provider> providers;
    private final Events events;
    private final SinkMetrics metrics;
    private final Journal journal;
    private final BiFunction<Integer, Long, History> readBack;
    private final Cancellations cancellations;
    private final InstantSource clock;
    private final Loop loop;
    private final Consumer<Request> cancelling;
    private final Offsets offsets = new Offsets();

    // only the loop's
    private final Map<Long, Running> running = new HashMap<>();
    private @Nullable History history;
    private int openCalls;

    /** @param readBack what was written about the dispatches of a partition since a time */
    PartitionExecutor(
            int partition,
            Terms terms,
            Map<String, Provider> providers,
            Events events,
            SinkMetrics metrics,
            Journal journal,
            BiFunction<Integer, Long, History> readBack,
            Cancellations cancellations,
            InstantSource clock) {
        this.partition = partition;
        this.terms = terms;
        this.providers = providers;
        this.events = events;
        this.metrics = metrics;
        this.journal = journal;
        this.readBack = readBack;
        this.cancellations = cancellations;
        this.clock = clock;
        this.loop = new Loop(
                "provider-sink-" + partition, journal, clock, events::register, () -> openCalls > 0, this::letGo);
        this.cancelling = request -> loop.tell(() -> cancel(request));
    }

    void start() {
        cancellations.listen(cancelling);
        loop.start();
    }

    /** Takes a record up, unless it was taken up before; where this has stopped it stays unfinished. */
    void accept(SinkRecord record, Received<Dispatch> received) {
        if (offsets.begin(record.kafkaOffset())) {
            loop.tell(() -> begin(record, received));
        }
    }

    /** Dispatches taken up and not finished. */
    int unfinished() {
        return offsets.unfinished();
    }

    /** Where another executor must begin; {@link Offsets#NONE} if nothing was taken up. */
    long firstUnfinished() {
        return offsets.firstUnfinished();
    }

    /** Why this does nothing any more; null while it works. */
    @Nullable
    Throwable failure() {
        return loop.failure();
    }

    /** Starts nothing more from now on; open calls may go on until an instant. */
    void closeBy(Instant end) {
        loop.closeBy(end);
    }

    void awaitClosed() throws InterruptedException {
        loop.awaitClosed();
    }

    private void begin(SinkRecord record, Received<Dispatch> received) {
        long offset = record.kafkaOffset();
        Dispatch dispatch = received.value();
        if (loop.isClosing()) {
            return;
        }
        if (dispatch == null) {
            setAside(record, String.valueOf(received.reason()), String.valueOf(received.detail()));
            return;
        }
        History past = historyFrom(record);
        if (past.isOver(dispatch)) {
            offsets.finish(offset);
            return;
        }
        Running begun;
        Step step;
        try {
            begun = new Running(
                    offset, Events.trace(record), Execution.resumed(dispatch, terms, past.reports(dispatch)));
            if (cancellations.contains(Request.of(dispatch))) {
                begun.execution = begun.execution.cancelled();
            }
            step = begun.execution.next(clock.instant());
        } catch (RuntimeException e) {
            setAside(record, DeadLetter.FAILED, "the dispatch cannot be executed: " + e);
            return;
        }
        running.put(offset, begun);
        begun.execution.passedOver().forEach(metrics::passedOver);
        go(begun, step);
    }

    /** What is known about dispatches from this one on; read when the first is taken up. */
    private History historyFrom(SinkRecord record) {
        History past = history;
        if (past == null) {
            past = readBack.apply(partition, record.timestamp() == null ? 0 : record.timestamp());
        } else if (!past.covers(record.kafkaOffset())) {
            past = History.NONE;
        }
        history = past;
        return past;
    }

    private void setAside(SinkRecord record, String reason, String detail) {
        journal.add(events.deadLetter(record, reason, detail));
        journal.afterwards(() -> offsets.finish(record.kafkaOffset()));
    }

    private void go(Running one, Step step) {
        if (step instanceof Call call) {
            wakeAt(one.execution.deadline(), one.offset);
            one.slot = provider(call.model()).request(() -> loop.tell(() -> call(one)));
        } else if (step instanceof Wait wait) {
            wakeAt(wait.until(), one.offset);
        } else if (step instanceof Finish finish) {
            write(one, events.record(Reports.closing(one.execution, finish, clock.instant()), partition));
            finish(one, finish);
        } else if (step instanceof HandBack handBack) {
            handBack(one, handBack);
        }
    }

    // by its offset: the dispatch itself would be kept until its deadline, long after it is finished
    private void wakeAt(Instant time, long offset) {
        loop.at(time, () -> wake(offset));
    }

    /** A time has come: to try again, or to give up waiting for a place. */
    private void wake(long offset) {
        Running one = running.get(offset);
        if (one != null && one.call == null && !loop.isClosing()) {
            Step step = one.execution.next(clock.instant());
            if (!(step instanceof Call && one.slot != null)) {
                one.giveSlotBack();
                go(one, step);
            }
        }
    }

    /** There is a place: the attempt is announced, then made. */
    private void call(Running one) {
        if (loop.isClosing() || !running.containsKey(one.offset)) {
            one.giveSlotBack();
            return;
        }
        Step step = one.execution.next(clock.instant());
        if (step instanceof Call call) {
            one.call = call;
            openCalls++;
            if (one.execution.calls(call.model())) {
                metrics.repeated(call.model());
            }
            write(one, events.record(Reports.started(one.dispatch(), call, clock.instant()), partition));
            journal.afterwards(() -> send(one, call));
        } else {
            one.giveSlotBack();
            go(one, step);
        }
    }

    /** Nobody wants the answer any more: nothing more is started, and what runs is cut. */
    private void cancel(Request request) {
        for (Running one : List.copyOf(running.values())) {
            if (!request.equals(Request.of(one.dispatch()))) {
                continue;
            }
            one.execution = one.execution.cancelled();
            if (one.ongoing != null) {
                one.ongoing.cut();
            } else if (one.call == null) {
                one.giveSlotBack();
                go(one, one.execution.next(clock.instant()));
            }
            // else its start is being written, and it will not be sent
        }
    }

    private void send(Running one, Call call) {
        if (one.execution.isCancelled()) {
            notSent(one, call, "cancelled before the call was made");
            return;
        }
        if (!clock.instant().isBefore(one.execution.deadline())) {
            notSent(one, call, "the deadline passed before the call was made");
            return;
        }
        Ongoing ongoing = provider(call.model())
                .call(one.dispatch(), call, one.trace, chunk -> loop.tell(() -> chunk(one, call, chunk)));
        one.ongoing = ongoing;
        Slot slot = one.slot;
        ongoing.outcome().whenComplete((outcome, failed) -> {
            // at once, so that the next call need not wait for this one's report
            if (slot != null) {
                slot.close();
            }
            loop.tell(() -> ended(
                    one, call, outcome != null ? outcome : new Unknown("the call failed: " + failed, one.chunks > 0)));
        });
    }

    private void notSent(Running one, Call call, String reason) {
        ended(one, call, new Failed(reason, Remedy.NONE, null, new Timing(0, null)));
    }

    private void chunk(Running one, Call call, String chunk) {
        if (one.call != call || one.hasGap) {
            return;
        }
        ProducerRecord<byte[], byte[]> part =
                events.record(Reports.chunk(one.dispatch(), call, one.chunks, chunk), partition);
        if (events.fits(part)) {
            one.chunks++;
            write(one, part);
        } else {
            // the call goes on, since it is paid for, but a reader must not take the rest for the answer
            one.hasGap = true;
        }
    }

    private void ended(Running one, Call call, Outcome outcome) {
        Outcome judged = one.execution.judged(call.model(), outcome);
        Attempt attempt = new Attempt(call.attempt(), call.model(), judged, clock.instant());
        one.execution = one.execution.after(attempt);
        one.giveSlotBack();
        one.call = null;
        one.ongoing = null;
        openCalls--;
        Step step = one.execution.next(clock.instant());
        UsageReport report = Reports.ended(one.execution, attempt, step);
        if (report != null) {
            write(one, events.record(report, partition));
        }
        if (report != null && step instanceof Finish finish) {
            finish(one, finish);
        } else if (!loop.isClosing() || !(step instanceof Call || step instanceof Wait)) {
            go(one, step);
        }
    }

    private void finish(Running one, Finish finish) {
        ProducerRecord<byte[], byte[]> last = events.record(Reports.last(one.execution, finish, one.chunks), partition);
        if (one.hasGap || !events.fits(last)) {
            Finish tooLarge = new Finish(Status.ERROR, "the answer is too large to be published; " + Events.CURE);
            last = events.record(Reports.lastWithoutAnswer(one.execution, tooLarge, one.chunks), partition);
        }
        write(one, last);
        metrics.finished(finish.status());
        end(one);
    }

    private void handBack(Running one, HandBack handBack) {
        ProducerRecord<byte[], byte[]> asked = events.record(Reports.redecision(one.execution, handBack), partition);
        if (!events.fits(asked)) {
            go(one, new Finish(Status.ERROR, "the request is too large to be decided again; " + Events.CURE));
            return;
        }
        write(one, asked);
        metrics.handedBack();
        end(one);
    }

    private void end(Running one) {
        running.remove(one.offset);
        journal.afterwards(() -> offsets.finish(one.offset));
    }

    private void write(Running one, ProducerRecord<byte[], byte[]> record) {
        one.trace.addTo(record.headers());
        journal.add(record);
    }

    private void letGo() {
        cancellations.listenNoMore(cancelling);
        for (Running one : running.values()) {
            if (one.ongoing != null) {
                one.ongoing.outcome().cancel(true);
            }
            one.giveSlotBack();
        }
    }

    private Provider provider(ChainModel model) {
        Provider provider = providers.get(model.getProvider());
        if (provider == null) {
            throw new IllegalStateException("provider " + model.getProvider() + " was not checked");
        }
        return provider;
    }

    /** A dispatch that is taken up and not finished. */
    private static final class Running {

        private final long offset;
        private final Trace trace;
        private Execution execution;
        private @Nullable Slot slot;
        private @Nullable Call call;
        private @Nullable Ongoing ongoing;
        private int chunks;
        private boolean hasGap;

        Running(long offset, Trace trace, Execution execution) {
            this.offset = offset;
            this.trace = trace;
            this.execution = execution;
        }

        Dispatch dispatch() {
            return execution.dispatch();
        }

        void giveSlotBack() {
            if (slot != null) {
                slot.close();
                slot = null;
            }
        }
    }
}
