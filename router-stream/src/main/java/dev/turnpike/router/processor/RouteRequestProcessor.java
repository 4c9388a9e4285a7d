package dev.turnpike.router.processor;

import dev.turnpike.router.decision.Ask;
import dev.turnpike.router.decision.Borrowing;
import dev.turnpike.router.decision.DecisionEvents;
import dev.turnpike.router.decision.DecisionEvents.Events;
import dev.turnpike.router.decision.DecisionEvents.Source;
import dev.turnpike.router.decision.Grant;
import dev.turnpike.router.decision.Outcome;
import dev.turnpike.router.decision.Outcome.Granted;
import dev.turnpike.router.decision.Prompt;
import dev.turnpike.router.decision.Router;
import dev.turnpike.router.decision.TeamRules;
import dev.turnpike.router.processor.RouteRequestSupplier.Limits;
import dev.turnpike.router.prompt.PromptReader;
import dev.turnpike.router.state.DecidedRequests;
import dev.turnpike.router.state.Leases;
import dev.turnpike.router.state.Positions;
import dev.turnpike.router.state.Progress;
import dev.turnpike.router.state.RouterStores;
import dev.turnpike.router.state.Tables;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.LeaseKeys;
import dev.turnpike.schemas.RequestSignature;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.serde.Received;
import dev.turnpike.streams.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Decides requests and redecisions of this task's teams, each once.
 *
 * <p>Everything is worked out before anything is stored or forwarded. So where the pure code fails nothing has happened, and the
 * record becomes a dead letter; where a store or Kafka fails the transaction is aborted, and the record comes again.
 */
final class RouteRequestProcessor implements Processor<String, Received<?>, Object, Object> {

    private final Router router;
    private final DecisionEvents events;
    private final Tables tables;
    private final RouterMetrics metrics;
    private final Limits limits;
    private @Nullable Task task;

    RouteRequestProcessor(Router router, DecisionEvents events, Tables tables, RouterMetrics metrics, Limits limits) {
        this.router = router;
        this.events = events;
        this.tables = tables;
        this.metrics = metrics;
        this.limits = limits;
    }

    /** What a task has of its own. */
    private record Task(
            ProcessorContext<Object, Object> context,
            Positions positions,
            Leases leases,
            DecidedRequests decided,
            Progress progress) {

        int partition() {
            return context.taskId().partition();
        }

        /** The latest admission so far. */
        long newest() {
            return Math.max(progress.newestAdmission(), context.currentStreamTimeMs());
        }
    }

    private record Ruling(Outcome outcome, Events events, List<Borrowing> borrowings) {}

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        Progress progress = new Progress(context.getStateStore(RouterStores.PROGRESS));
        Leases leases = new Leases(context.getStateStore(RouterStores.ORG_LEASES));
        task = new Task(
                context,
                new Positions(context.getStateStore(RouterStores.BUDGET_POSITIONS), progress, leases),
                leases,
                new DecidedRequests(context.getStateStore(RouterStores.DECIDED_REQUESTS), limits.horizon()),
                progress);
        metrics.openHoldsAre(task.partition(), task.positions.sumOfOpen());
    }

    @Override
    public void process(Record<String, Received<?>> record) {
        Task here = Started.of(task);
        Object value = record.value().value();
        if (value instanceof LlmRequest request) {
            decideFirst(here, record, request);
        } else if (value instanceof Redecision redecision) {
            decideAgain(here, record, redecision);
        }
    }

    @Override
    public void close() {
        if (task != null) {
            metrics.left(task.partition());
        }
    }

    private void decideFirst(Task here, Record<String, Received<?>> record, LlmRequest request) {
        long admittedAt = record.timestamp();
        long newest = here.newest();
        byte[] id = here.decided.idOf(request.getTeam(), request.getRequestId());
        if (here.decided.last(id, admittedAt, newest) != DecidedRequests.NONE) {
            metrics.repeated();
        } else if (here.decided.isBeyondHorizon(admittedAt, newest)) {
            setAside(here, record, DeadLetter.TOO_OLD, "admitted longer ago than request ids are remembered");
        } else {
            String forged = tables.forgery(
                    record.headers(),
                    RequestSignature.Purpose.REQUEST,
                    request.getTeam(),
                    record.value().bytes());
            if (forged != null) {
                // no decision: the id stays free for whom the team belongs to
                setAside(here, record, DeadLetter.UNSIGNED, forged);
            } else {
                decide(here, record, id, admittedAt, () -> Ask.first(request, prompt(record.value(), request)));
            }
        }
    }

    private void decideAgain(Task here, Record<String, Received<?>> record, Redecision redecision) {
        LlmRequest request = redecision.getDispatch().getRequest();
        long admittedAt = redecision.getDispatch().getAdmittedAt();
        byte[] id = here.decided.idOf(request.getTeam(), request.getRequestId());
        int last = here.decided.lastAdmittedAt(id, admittedAt);
        if (last == DecidedRequests.NONE) {
            setAside(here, record, DeadLetter.TOO_OLD, "no decision on this request is remembered");
        } else if (redecision.getDecision() <= last) {
            metrics.repeated();
        } else if (redecision.getDecision() > last + 1) {
            setAside(
                    here,
                    record,
                    DeadLetter.INVALID,
                    "decision " + redecision.getDecision() + " does not follow decision " + last);
        } else {
            decide(here, record, id, admittedAt, () -> Ask.again(redecision, PromptReader.read(request)));
        }
    }

    private void decide(
            Task here, Record<String, Received<?>> record, byte[] id, long admittedAt, Supplier<Ask> reader) {
        RecordMetadata from = here.context.recordMetadata().orElseThrow();
        // before the rules are read: they may be newer, never older
        here.progress.see(tables.policiesNext());
        Ruling ruling;
        long start = metrics.start();
        try {
            ruling = rule(here.positions, reader.get(), from, admittedAt);
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            setAside(here, record, DeadLetter.FAILED, e.toString());
            return;
        }
        metrics.decided(ruling.outcome, start);

        Events written = ruling.events;
        here.decided.remember(id, written.decision().getDecision(), admittedAt);
        if (ruling.outcome instanceof Granted granted) {
            for (Grant.Held held : granted.grant().holds()) {
                here.positions.put(held.key(), held.position());
                metrics.openHoldsChanged(
                        here.partition(), granted.grant().hold().nanoUsd());
            }
        }
        for (Borrowing borrowing : ruling.borrowings) {
            here.leases.put(borrowing.key(), borrowing.lease());
            LeaseRequest word = borrowing.lease().word(borrowing.key(), borrowing.windowEnd(), here.partition());
            here.context.forward(
                    new Record<>(LeaseKeys.of(word), word, admittedAt), RouteRequestSupplier.LEASE_REQUESTS_SINK);
        }
        String team = record.key();
        here.context.forward(new Record<>(team, written.decision(), admittedAt), RouteRequestSupplier.DECISIONS_SINK);
        if (written.dispatch() != null) {
            written.dispatch().setNumber(here.progress.nextDispatch());
            here.context.forward(
                    // with the caller's headers: whoever executes it carries the caller's trace on
                    new Record<>(team, written.dispatch(), admittedAt, record.headers()),
                    RouteRequestSupplier.DISPATCHES_SINK);
        } else {
            var rejection = new Record<>(team, written.rejection(), admittedAt);
            Trace.of(record.headers()).addTo(rejection.headers());
            here.context.forward(rejection, RouteRequestSupplier.REJECTIONS_SINK);
        }
    }

    private Ruling rule(Positions positions, Ask ask, RecordMetadata from, long admittedAt) {
        TeamRules rules = tables.rulesOf(ask.request().getTeam());
        Outcome outcome = router.decide(ask, tables.fleet(), rules, positions, admittedAt);
        var source = new Source(from.topic(), from.partition(), from.offset());
        return new Ruling(
                outcome, events.of(ask, outcome, rules, source, admittedAt), Borrowing.after(outcome, admittedAt));
    }

    private Prompt prompt(Received<?> received, LlmRequest request) {
        int bytes = received.bytes().length;
        return bytes > limits.maxBytes()
                ? Prompt.invalid("the request has " + bytes + " bytes; at most " + limits.maxBytes() + " are taken")
                : PromptReader.read(request);
    }

    private void setAside(Task here, Record<String, Received<?>> record, String reason, String detail) {
        RecordMetadata from = here.context.recordMetadata().orElseThrow();
        var letter =
                new DeadLetter(from.topic(), from.partition(), from.offset(), reason, detail, limits.application());
        byte[] key = record.key().getBytes(StandardCharsets.UTF_8);
        here.context.forward(DeadLetters.of(record, key, record.value().bytes(), letter), DeadLetters.SINK);
        metrics.deadLetter(reason);
    }
}
