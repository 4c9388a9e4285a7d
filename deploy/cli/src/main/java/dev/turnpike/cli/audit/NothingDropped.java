package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.serde.Received;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Law 7: nothing is dropped. Every record of a public topic is decided, booked, a repeat, moved to its team's partition,
 * without effect by its nature, or a dead letter that says where it came from and why.
 */
final class NothingDropped extends Law {

    private static final Map<Topic<?>, Topic<?>> MOVED = Map.of(
            Topics.REQUESTS, Topics.REQUESTS_MOVED,
            Topics.USAGE, Topics.USAGE_MOVED,
            Topics.OUTCOMES, Topics.OUTCOMES_MOVED);

    private final RecentIds decided;
    private final RecentIds booked;
    private final Map<Place, Waiting> waiting = new HashMap<>();
    private final Map<Id, Place> waitingForEntry = new HashMap<>();
    private final Map<Id, Deque<Place>> waitingForMove = new HashMap<>();
    // effects that were read before their causes
    private final Set<Place> named = new HashSet<>();
    private final Set<Id> entered = new HashSet<>();
    private final Map<Id, Integer> moves = new HashMap<>();
    private final Map<Fate, Long> fates = new TreeMap<>();

    private enum Fate {
        DECIDED("decided"),
        BOOKED("booked"),
        REPEATED("repeated"),
        WITHOUT_EFFECT("without effect"),
        MOVED("moved"),
        DEAD("dead letters"),
        IN_FLIGHT("in flight");

        private final String text;

        Fate(String text) {
            this.text = text;
        }
    }

    /**
     * A record whose fate is not known yet.
     *
     * @param decision the decision it asks for; null where it asks for none
     */
    private record Waiting(
            Place place,
            long timestamp,
            String expected,
            @Nullable Id decision) {}

    NothingDropped(Cut cut, long horizonMillis) {
        super(7, "nothing dropped", cut);
        decided = new RecentIds(horizonMillis);
        booked = new RecentIds(horizonMillis);
    }

    @Override
    void request(Entry<Received<LlmRequest>> entry) {
        LlmRequest request = entry.value().value();
        if (arrived(entry, request == null ? null : request.getTeam()) || request == null) {
            return;
        }
        expectDecision(entry, new DecisionId(request.getTeam(), request.getRequestId(), 0));
    }

    @Override
    void redecision(Entry<Received<Redecision>> entry) {
        Redecision wanted = entry.value().value();
        if (arrived(entry, wanted == null ? null : wanted.getTeam()) || wanted == null) {
            return;
        }
        expectDecision(entry, new DecisionId(wanted.getTeam(), wanted.getRequestId(), wanted.getDecision()));
    }

    @Override
    void usage(Entry<Received<UsageReport>> entry) {
        UsageReport usage = entry.value().value();
        if (arrived(entry, usage == null ? null : usage.getTeam()) || usage == null) {
            return;
        }
        if (!Account.isUsage(usage)) {
            fate(Fate.WITHOUT_EFFECT);
            return;
        }
        Id id = Id.of(usage.getTeam(), usage.getSource(), usage.getUsageId());
        if (entered.remove(id)) {
            fate(Fate.BOOKED);
        } else if (booked.contains(id, entry.timestamp()) || waitingForEntry.containsKey(id)) {
            fate(Fate.REPEATED);
        } else {
            waitingForEntry.put(id, await(entry, "is not booked", null));
        }
    }

    @Override
    void outcome(Entry<Received<Outcome>> entry) {
        Outcome outcome = entry.value().value();
        if (!arrived(entry, outcome == null ? null : outcome.getTeam())) {
            // folded into figures that do not name it
            fate(Fate.WITHOUT_EFFECT);
        }
    }

    @Override
    void decision(Entry<Decision> entry) {
        Decision decision = entry.value();
        Place place = new Place(
                cut().topic(decision.getSourceTopic()), decision.getSourcePartition(), decision.getSourceOffset());
        decided.add(DecisionId.of(decision).hash(), entry.timestamp(), 0);
        if (waiting.remove(place) != null) {
            fate(Fate.DECIDED);
        } else if (cut().isJudged(entry.timestamp())) {
            // requests are not kept as long as decisions
            named.add(place);
        }
    }

    @Override
    void ledger(Entry<LedgerEntry> entry) {
        LedgerEntry value = entry.value();
        if (value.getKind().equals("usage")) {
            Id id = Id.of(value.getTeam(), value.getSource(), value.getUsageId());
            booked.add(id, entry.timestamp(), 0);
            Place place = waitingForEntry.remove(id);
            if (place != null) {
                waiting.remove(place);
                fate(Fate.BOOKED);
            } else if (cut().isJudged(entry.timestamp())) {
                // usage is not kept as long as the ledger
                entered.add(id);
            }
        }
    }

    @Override
    void deadLetter(Entry<DeadLetter> entry) {
        DeadLetter letter = entry.value();
        if (letter.reason().isEmpty()) {
            broken(entry.timestamp(), entry.place() + ": a dead letter without a reason");
        }
        Topic<?> topic;
        try {
            topic = cut().topic(letter.topic());
        } catch (IllegalArgumentException e) {
            // an internal topic of the applications
            return;
        }
        Place place = new Place(topic, letter.partition(), letter.offset());
        if (waiting.remove(place) != null) {
            fate(Fate.DEAD);
        } else if (topic != Topics.CANCELLATIONS) {
            // which are not read, so that nobody would ask
            named.add(place);
        }
    }

    /** Deals with what every public topic has in common; false where the record is for its owner to process. */
    private boolean arrived(Entry<? extends Received<?>> entry, @Nullable String team) {
        if (MOVED.containsValue(entry.topic())) {
            move(content(entry.topic(), entry));
        }
        if (settle(entry)) {
            return true;
        }
        if (team == null) {
            await(entry, "cannot be read", null);
            return true;
        }
        if (cut().isOwner(team, entry.partition())) {
            return false;
        }
        Topic<?> moved = MOVED.get(entry.topic());
        Id content = moved == null ? null : content(moved, entry);
        if (content != null && moves.merge(content, -1, Integer::sum) >= 0) {
            fate(Fate.MOVED);
            return true;
        }
        Place place = await(entry, "is not on its team's partition", null);
        if (content != null) {
            moves.remove(content);
            waitingForMove
                    .computeIfAbsent(content, absent -> new ArrayDeque<>())
                    .add(place);
        }
        return true;
    }

    private void move(Id content) {
        Deque<Place> places = waitingForMove.get(content);
        if (places == null) {
            moves.merge(content, 1, Integer::sum);
            return;
        }
        waiting.remove(places.remove());
        if (places.isEmpty()) {
            waitingForMove.remove(content);
        }
        fate(Fate.MOVED);
    }

    private void expectDecision(Entry<?> entry, DecisionId decision) {
        Id id = decision.hash();
        if (!decided.contains(id, entry.timestamp())) {
            await(entry, "has no decision", id);
        } else {
            fate(Fate.REPEATED);
        }
    }

    private Place await(Entry<?> entry, String expected, @Nullable Id decision) {
        Place place = Place.of(entry);
        waiting.put(place, new Waiting(place, entry.timestamp(), expected, decision));
        return place;
    }

    /** Whether a decision or a dead letter has named this record before it was read. */
    private boolean settle(Entry<?> entry) {
        if (!named.remove(Place.of(entry))) {
            return false;
        }
        fate(entry.value() instanceof Received<?> received && received.value() == null ? Fate.DEAD : Fate.DECIDED);
        return true;
    }

    @Override
    void end() {
        waiting.values().forEach(this::judge);
        waiting.clear();
    }

    private void judge(Waiting record) {
        Place place = record.place;
        if (record.decision != null && decided.contains(record.decision, record.timestamp)) {
            fate(Fate.REPEATED);
        } else if (cut().isProcessed(place.topic(), place.partition(), place.offset())) {
            broken(record.timestamp, place + ": " + record.expected + " and no dead letter names it");
        } else {
            fate(Fate.IN_FLIGHT);
        }
    }

    @Override
    String counted() {
        long total = fates.values().stream().mapToLong(Long::longValue).sum();
        StringBuilder text = new StringBuilder(count(total, "record", "records"));
        String separator = ": ";
        for (Map.Entry<Fate, Long> fate : fates.entrySet()) {
            text.append(separator)
                    .append(String.format("%,d ", fate.getValue()))
                    .append(fate.getKey().text);
            separator = ", ";
        }
        return text.toString();
    }

    /** Inputs that were not processed yet. */
    long inFlight() {
        return fates.getOrDefault(Fate.IN_FLIGHT, 0L);
    }

    private void fate(Fate fate) {
        fates.merge(fate, 1L, Long::sum);
    }

    /** The same content on the same topic at the same time: a move keeps all of these. */
    private static Id content(Topic<?> moved, Entry<? extends Received<?>> entry) {
        Id bytes = Id.of(entry.value().bytes());
        return Id.of(moved.suffix(), Long.toString(entry.timestamp()), bytes.toString());
    }
}
