package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.DeadLetter;
import dev.turnpike.schemas.Ownership;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.Price;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.Tick;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.schemas.event.WindowView;
import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.schemas.serde.Received;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A log of one team with a hard day budget of one dollar, in which nothing is wrong until a test changes it.
 *
 * <p>Two requests are dispatched and paid for, one of them is published twice and one arrives on the wrong partition; a
 * third is refused; a record of random bytes is set aside; usage of another gateway is booked.
 */
final class SmallLog {

    static {
        TrustedEvents.register();
    }

    static final String TEAM = "search";
    static final int PARTITIONS = 2;
    static final int OWNER = Ownership.partitionOf(TEAM, PARTITIONS);
    static final int OTHER = 1 - OWNER;
    static final long LIMIT = 1_000_000_000L;
    static final long DAY = 86_400_000L;
    static final long HORIZON = DAY;
    static final HoldWindow WINDOW = new HoldWindow("team", TEAM, "day", DAY, 2 * DAY);
    static final Price PRICE = Price.newBuilder()
            .setVersion("acme/large@2026-01-01")
            .setEffectiveFrom(0)
            .setInput(1_000_000_000L)
            .setOutput(2_000_000_000L)
            .build();
    static final Amounts BOUND = new Amounts(400_000_000L, 200_000, 1);

    private static final byte[] NOISE = {9, 8, 7};

    private final List<Entry<?>> entries = new ArrayList<>();
    private final Map<Slot, Long> ends = new HashMap<>();

    private Amounts held = Amounts.ZERO;
    private Amounts closed = Amounts.ZERO;
    private Amounts spent = Amounts.ZERO;
    private long version;

    static SmallLog good() {
        SmallLog log = new SmallLog();
        long at = DAY + 1_000;
        log.paid("r1", log.request("r1", at, OWNER));
        log.request("r1", at + 100, OWNER);
        Entry<?> misplaced = log.request("r2", at + 200, OTHER);
        log.add(Topics.REQUESTS_MOVED, OWNER, misplaced.timestamp(), misplaced.value());
        log.paid("r2", log.last(Topics.REQUESTS_MOVED));
        log.refused(log.request("r3", at + 300, OWNER));
        Entry<?> noise = log.add(
                Topics.REQUESTS,
                OTHER,
                at + 400,
                new Received<LlmRequest>(null, NOISE, DeadLetter.UNREADABLE, "no event"));
        log.deadLetter(noise);
        log.undispatched("gateway-1", at + 500);
        log.add(Topics.TICKS, OWNER, at + 600, new Tick(OWNER, null));
        return log;
    }

    /** Feeds everything to a law in the order of time and says what it found. */
    Finding judge(Law law) {
        Stream<Entry<?>> ordered = entries.stream().sorted(Comparator.comparingLong(Entry::timestamp));
        ordered.forEach(entry -> feed(law, entry));
        return law.finding();
    }

    /** A cut that judges everything, as of a log that nobody writes to any more. */
    Cut cut() {
        return new Cut(Topics.DEFAULT_PREFIX, PARTITIONS, ends, ends, dead(), Set.of(), Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private Set<Place> dead() {
        return entries.stream()
                .filter(entry -> entry.value() instanceof DeadLetter)
                .map(entry -> (DeadLetter) entry.value())
                .map(letter -> new Place(Topics.REQUESTS, letter.partition(), letter.offset()))
                .collect(Collectors.toSet());
    }

    /** A cut that judges only what is of an instant or later. */
    Cut cutFrom(long instant) {
        return new Cut(Topics.DEFAULT_PREFIX, PARTITIONS, ends, ends, dead(), Set.of(), instant, Long.MAX_VALUE);
    }

    /** A cut at which the router and the meter have processed nothing of what came from an instant on. */
    Cut cutAt(long instant) {
        Map<Slot, Long> processed = new HashMap<>();
        for (Entry<?> entry : entries) {
            if (entry.timestamp() >= instant) {
                processed.merge(Slot.of(entry), entry.offset(), Math::min);
            }
        }
        return new Cut(
                Topics.DEFAULT_PREFIX,
                PARTITIONS,
                processed,
                processed,
                dead(),
                Set.of(),
                Long.MIN_VALUE,
                Long.MAX_VALUE);
    }

    /** Everything as a producer would write it, in the order of offsets. */
    List<ProducerRecord<byte[], byte[]>> records(Cluster cluster) {
        EventSerdes serdes = cluster.serdes();
        return entries.stream().map(entry -> record(cluster, serdes, entry)).toList();
    }

    private static ProducerRecord<byte[], byte[]> record(Cluster cluster, EventSerdes serdes, Entry<?> entry) {
        String topic = cluster.name(entry.topic());
        if (entry.value() instanceof DeadLetter letter) {
            DeadLetter here = new DeadLetter(
                    cluster.name(Topics.REQUESTS),
                    letter.partition(),
                    letter.offset(),
                    letter.reason(),
                    letter.detail(),
                    letter.by());
            ProducerRecord<byte[], byte[]> record = here.record(topic, entry.timestamp(), null, NOISE, null);
            return new ProducerRecord<>(topic, entry.partition(), entry.timestamp(), null, NOISE, record.headers());
        }
        if (entry.value() instanceof Decision decision) {
            decision.setSourceTopic(decision.getSourceTopic().replace(Topics.DEFAULT_PREFIX, cluster.prefix()));
        }
        byte[] value = entry.value() instanceof Received<?> received
                ? received.value() == null
                        ? received.bytes()
                        : bytes(serdes, entry.topic(), topic, (SpecificRecord) received.value())
                : bytes(serdes, entry.topic(), topic, (SpecificRecord) entry.value());
        return new ProducerRecord<>(
                topic, entry.partition(), entry.timestamp(), entry.key().getBytes(StandardCharsets.UTF_8), value);
    }

    @SuppressWarnings("unchecked") // the topic decides the class
    private static <V extends SpecificRecord> byte[] bytes(
            EventSerdes serdes, Topic<V> topic, String name, SpecificRecord value) {
        return serdes.avro(topic).serializer().serialize(name, (V) value);
    }

    <V> Entry<V> add(Topic<?> topic, int partition, long timestamp, V value) {
        Slot slot = new Slot(topic, partition);
        long offset = ends.merge(slot, 1L, Long::sum) - 1;
        Entry<V> entry = new Entry<>(topic, partition, offset, timestamp, TEAM, value);
        entries.add(entry);
        return entry;
    }

    /** Takes away the last record of a topic, as if it had never been written. */
    SmallLog withoutLast(Topic<?> topic) {
        entries.remove(last(topic));
        return this;
    }

    /** Takes away the first record of a topic, as compaction does. */
    SmallLog withoutFirst(Topic<?> topic) {
        entries.remove(entries.stream()
                .filter(entry -> entry.topic() == topic)
                .findFirst()
                .orElseThrow());
        return this;
    }

    /** Puts all records of a topic a while later, as a broker does whose clock is ahead of the others. */
    SmallLog ahead(Topic<?> topic, long millis) {
        entries.replaceAll(entry -> entry.topic() == topic ? later(entry, millis) : entry);
        return this;
    }

    private static <V> Entry<V> later(Entry<V> entry, long millis) {
        return new Entry<>(
                entry.topic(),
                entry.partition(),
                entry.offset(),
                entry.timestamp() + millis,
                entry.key(),
                entry.value());
    }

    /** Writes a copy of the last event of a topic once more. */
    SmallLog again(Topic<?> topic) {
        Entry<?> last = last(topic);
        SpecificRecord value = (SpecificRecord) last.value();
        add(topic, last.partition(), last.timestamp() + 1, SpecificData.get().deepCopy(value.getSchema(), value));
        return this;
    }

    /** Changes the last event of a topic. */
    <V extends SpecificRecord> SmallLog change(Topic<V> topic, Consumer<V> fault) {
        @SuppressWarnings("unchecked") // the topic decides the class
        V value = (V) last(topic).value();
        fault.accept(value);
        return this;
    }

    Entry<?> last(Topic<?> topic) {
        return entries.stream()
                .filter(entry -> entry.topic() == topic)
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    Entry<?> request(String id, long at, int partition) {
        LlmRequest request = LlmRequest.newBuilder()
                .setTeam(TEAM)
                .setRequestId(id)
                .setMessages("[]")
                .build();
        return add(Topics.REQUESTS, partition, at, received(request, id));
    }

    /** Decides, dispatches and settles a request. */
    void paid(String id, Entry<?> source) {
        dispatched(id, source);
        long at = source.timestamp() + 20;
        UsageReport started = usage(id, id + "#1#started", "started", false);
        add(Topics.USAGE, OWNER, at, received(started, started.getUsageId()));
        UsageReport used = usage(id, id + "#1", "ok", true);
        add(Topics.USAGE, OWNER, at + 30, received(used, used.getUsageId()));
        closed = closed.plus(BOUND);
        book(used, at + 30, source.timestamp(), true);
    }

    void dispatched(String id, Entry<?> source) {
        held = held.plus(BOUND);
        long at = source.timestamp();
        ChainModel model = new ChainModel("acme", "large", PRICE, BOUND.toAvro(), List.of());
        add(
                Topics.DISPATCHES,
                OWNER,
                at,
                Dispatch.newBuilder()
                        .setTeam(TEAM)
                        .setRequestId(id)
                        .setAdmittedAt(at)
                        .setRequest((LlmRequest) ((Received<?>) source.value()).value())
                        .setChain(List.of(model))
                        .setOutputCap(1_000)
                        .setInputBoundTokens(1_000)
                        .setHold(BOUND.toAvro())
                        .setWindows(List.of(WINDOW))
                        .setDeadline(at + 60_000)
                        .setHoldUntil(at + 900_000)
                        .setReason("cheapest")
                        .build());
        add(Topics.DECISIONS, OWNER, at, decision(id, source, "routed").build());
    }

    void refused(Entry<?> source) {
        long at = source.timestamp();
        add(
                Topics.REJECTIONS,
                OWNER,
                at,
                Rejection.newBuilder()
                        .setTeam(TEAM)
                        .setRequestId("r3")
                        .setRequestedAt(at)
                        .setCode("unknown-model")
                        .setReason("no such model")
                        .build());
        add(Topics.DECISIONS, OWNER, at, decision("r3", source, "rejected").build());
    }

    void undispatched(String usageId, long at) {
        UsageReport used = usage(null, usageId, "ok", false);
        add(Topics.USAGE, OWNER, at, received(used, usageId));
        book(used, at, at, false);
    }

    void deadLetter(Entry<?> of) {
        add(
                Topics.DEAD_LETTERS,
                OTHER,
                of.timestamp(),
                new DeadLetter(
                        of.topic().name(Topics.DEFAULT_PREFIX),
                        of.partition(),
                        of.offset(),
                        DeadLetter.UNREADABLE,
                        "no event",
                        "turnpike-router"));
    }

    void alert(int percent, long at) {
        add(
                Topics.ALERTS,
                OWNER,
                at,
                BudgetAlert.newBuilder()
                        .setAlertId("day/" + percent)
                        .setKind("threshold")
                        .setTeam(TEAM)
                        .setBudget("team-day")
                        .setEnforcement("hard")
                        .setScope(WINDOW.getScope())
                        .setScopeValue(WINDOW.getScopeValue())
                        .setPeriod(WINDOW.getPeriod())
                        .setWindowStart(WINDOW.getWindowStart())
                        .setWindowEnd(WINDOW.getWindowEnd())
                        .setThreshold(percent)
                        .setUnit("nano_usd")
                        .setLimit(LIMIT)
                        .setSpent(spent.nanoUsd())
                        .setMessage("past " + percent)
                        .setRaisedAt(at)
                        .build());
    }

    /** Corrects the newest entry after its price was changed to another; the window's state follows. */
    void repriced(Price price, long at) {
        LedgerEntry booked = (LedgerEntry) last(Topics.LEDGER).value();
        Tokens tokens = new Tokens(booked.getInputTokens(), 0, 0, 0, booked.getOutputTokens(), 0);
        Amounts before = Amounts.of(booked.getAmount());
        Amounts after = new Amounts(Pricing.cost(price, tokens, null), before.tokens(), before.requests());
        String id = booked.getEntryId() + "/" + price.getVersion().replace("/", "%2F") + "/";
        add(
                Topics.LEDGER,
                OWNER,
                at,
                LedgerEntry.newBuilder(booked)
                        .setEntryId(id + 1)
                        .setKind("correction")
                        .setCorrects(booked.getEntryId())
                        .setReason(Pricing.CHANGED)
                        .setInputTokens(-booked.getInputTokens())
                        .setOutputTokens(-booked.getOutputTokens())
                        .setAmount(before.negate().toAvro())
                        .build());
        add(
                Topics.LEDGER,
                OWNER,
                at,
                LedgerEntry.newBuilder(booked)
                        .setEntryId(id + 2)
                        .setKind("correction")
                        .setCorrects(booked.getEntryId())
                        .setReason(Pricing.CHANGED)
                        .setPriceVersion(price.getVersion())
                        .setAmount(after.toAvro())
                        .build());
        spent = spent.minus(before).plus(after);
        state(at);
    }

    private void book(UsageReport used, long at, long admittedAt, boolean dispatched) {
        Tokens tokens = Tokens.of(used);
        Amounts amount = new Amounts(Pricing.cost(PRICE, tokens, null), tokens.total(), 1);
        spent = spent.plus(amount);
        add(
                Topics.LEDGER,
                OWNER,
                at,
                LedgerEntry.newBuilder()
                        .setEntryId(TEAM + "/gateway/" + used.getUsageId().replace("#", "%23") + "/0")
                        .setKind("usage")
                        .setTeam(TEAM)
                        .setSource(used.getSource())
                        .setUsageId(used.getUsageId())
                        .setRequestId(used.getRequestId())
                        .setDecision(dispatched ? 0 : null)
                        .setAttempt(used.getAttempt())
                        .setStatus("ok")
                        .setProvider("acme")
                        .setModel("large")
                        .setAdmittedAt(admittedAt)
                        .setOccurredAt(used.getOccurredAt())
                        .setInputTokens(tokens.input())
                        .setCacheReadTokens(0)
                        .setCacheWrite5mTokens(0)
                        .setCacheWrite1hTokens(0)
                        .setOutputTokens(tokens.output())
                        .setReasoningTokens(0)
                        .setAmount(amount.toAvro())
                        .setPriceVersion(PRICE.getVersion())
                        .setWindows(List.of(WINDOW))
                        .build());
        state(at);
    }

    private void state(long at) {
        version++;
        add(
                Topics.BUDGETS,
                OWNER,
                at,
                BudgetState.newBuilder()
                        .setTeam(TEAM)
                        .setScope(WINDOW.getScope())
                        .setScopeValue(WINDOW.getScopeValue())
                        .setPeriod(WINDOW.getPeriod())
                        .setWindowStart(WINDOW.getWindowStart())
                        .setWindowEnd(WINDOW.getWindowEnd())
                        .setEpoch(1)
                        .setVersion(version)
                        .setOpened(held.toAvro())
                        .setClosed(closed.toAvro())
                        .setSpent(spent.toAvro())
                        .setDispatchOffset(ends.get(new Slot(Topics.DISPATCHES, OWNER)) - 1)
                        .build());
    }

    private Decision.Builder decision(String id, Entry<?> source, String outcome) {
        WindowView view = WindowView.newBuilder()
                .setBudget("team-day")
                .setEnforcement("hard")
                .setWindow(WINDOW)
                .setLimit(new Amounts(LIMIT, 0, 0).toAvro())
                .setUnit("nano_usd")
                .setSpent(spent.toAvro())
                .setHeld(held.toAvro())
                .setClosed(closed.toAvro())
                .setEpoch(version == 0 ? 0 : 1)
                .setVersion(version)
                .build();
        return Decision.newBuilder()
                .setTeam(TEAM)
                .setRequestId(id)
                .setRequestedAt(source.timestamp())
                .setSourceTopic(source.topic().name(Topics.DEFAULT_PREFIX))
                .setSourcePartition(source.partition())
                .setSourceOffset(source.offset())
                .setRequestedModel("auto")
                .setOutcome(outcome)
                .setReason("because")
                .setQualityFloor(0)
                .setInputBoundTokens(1_000)
                .setPolicyVersion("1")
                .setWindows(List.of(view));
    }

    private static UsageReport usage(@Nullable String requestId, String usageId, String status, boolean isFinal) {
        return UsageReport.newBuilder()
                .setUsageId(usageId)
                .setSource("gateway")
                .setTeam(TEAM)
                .setRequestId(requestId)
                .setAttempt(requestId == null ? null : 1)
                .setFinal$(isFinal)
                .setAttempts(isFinal ? 1 : null)
                .setProvider("acme")
                .setModel("large")
                .setOccurredAt(DAY)
                .setStatus(status)
                .setInputTokens(status.equals("ok") ? 100_000 : 0)
                .setOutputTokens(status.equals("ok") ? 50_000 : 0)
                .build();
    }

    private static <V> Received<V> received(V value, String bytes) {
        return new Received<>(value, bytes.getBytes(StandardCharsets.UTF_8), null, null);
    }

    @SuppressWarnings("unchecked") // the topic decides the class
    private static void feed(Law law, Entry<?> entry) {
        Topic<?> topic = entry.topic();
        if (topic == Topics.REQUESTS || topic == Topics.REQUESTS_MOVED) {
            law.request((Entry<Received<LlmRequest>>) entry);
        } else if (topic == Topics.USAGE || topic == Topics.USAGE_MOVED) {
            law.usage((Entry<Received<UsageReport>>) entry);
        } else if (topic == Topics.DECISIONS) {
            law.decision((Entry<Decision>) entry);
        } else if (topic == Topics.DISPATCHES) {
            law.dispatch((Entry<Dispatch>) entry);
        } else if (topic == Topics.REJECTIONS) {
            law.rejection((Entry<Rejection>) entry);
        } else if (topic == Topics.LEDGER) {
            law.ledger((Entry<LedgerEntry>) entry);
        } else if (topic == Topics.BUDGETS) {
            law.budget((Entry<BudgetState>) entry);
        } else if (topic == Topics.ALERTS) {
            law.alert((Entry<BudgetAlert>) entry);
        } else if (topic == Topics.TICKS) {
            law.tick((Entry<Tick>) entry);
        } else if (topic == Topics.DEAD_LETTERS) {
            law.deadLetter((Entry<DeadLetter>) entry);
        }
    }
}
