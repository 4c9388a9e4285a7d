package dev.turnpike.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.metering.budget.Attempts;
import dev.turnpike.metering.budget.Books;
import dev.turnpike.metering.budget.Counting;
import dev.turnpike.metering.budget.PastSpend;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.Posting;
import dev.turnpike.metering.budget.RebuiltBooks;
import dev.turnpike.metering.budget.RequestAccount;
import dev.turnpike.metering.budget.Settlement;
import dev.turnpike.metering.budget.SpendKey;
import dev.turnpike.metering.budget.Terms;
import dev.turnpike.metering.pricing.PriceBook;
import dev.turnpike.metering.pricing.Quote;
import dev.turnpike.metering.state.StateSerdes;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.UsageReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;

/** The pure parts of the meter on stores in memory, which keep bytes as the real ones do. */
final class MemoryMeter implements Books {

    private static final long FOREVER = Duration.ofDays(10_000).toMillis();

    /** What is read. */
    sealed interface Input {
        record Opens(Dispatch dispatch) implements Input {}

        record Uses(UsageReport report, long at) implements Input {}

        /** A later decision refuses a request after so many attempts. */
        record Refuses(String requestId, int attempts, long at) implements Input {}

        record Ticks(long at) implements Input {}

        /** Another policy applies; {@link Counts} makes what is new in it count. */
        record Applies(TeamPolicy policy) implements Input {}

        record Counts(long at) implements Input {}
    }

    /** Something that was published, and as what the input that caused it was read. */
    record Written<V>(V value, long at, int cause) {}

    final List<LedgerEntry> ledger = new ArrayList<>();
    final List<Written<LedgerEntry>> log = new ArrayList<>();
    final Map<PositionKey, Written<BudgetState>> published = new HashMap<>();
    final List<BudgetAlert> alerts = new ArrayList<>();
    final List<Settlement> settlements = new ArrayList<>();

    private Terms terms;
    private final PriceBook prices;
    private final Set<String> seen = new HashSet<>();
    private final Map<String, byte[]> accounts = new TreeMap<>();
    private final Map<String, byte[]> positions = new TreeMap<>();
    private final Map<String, byte[]> cells = new TreeMap<>();
    private long epoch;
    private int reading;
    private int lastDispatch = -1;

    MemoryMeter(TeamPolicy policy, PriceBook prices) {
        this.terms = new Terms(policy, null, 0, -1, Counting.first(policy, null, 0, -1));
        this.prices = prices;
    }

    /**
     * A meter that has nothing but what this one has read and written.
     *
     * @param inputs what this one has read
     * @param dealtWith whether an input is one that must not be read again
     */
    MemoryMeter withoutState(List<Input> inputs, BiPredicate<Input, Integer> dealtWith) {
        RebuiltBooks books = new RebuiltBooks(FOREVER);
        published.forEach((key, state) -> books.say(key, state.value(), state.at()));
        alerts.forEach(books::alert);
        MemoryMeter anew = new MemoryMeter(terms.policy(), prices);
        anew.terms = terms;
        anew.epoch = epoch + 1;
        anew.ledger.addAll(ledger);
        anew.log.addAll(log);
        anew.alerts.addAll(alerts);
        anew.published.putAll(published);
        anew.cells.putAll(cells);
        for (Written<LedgerEntry> entry : log) {
            books.entry(entry.value(), entry.at());
            anew.seen.add(entry.value().getSource() + ' ' + entry.value().getUsageId());
        }
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i) instanceof Input.Opens opens && dealtWith.test(opens, i)) {
                books.dispatch(opens.dispatch(), i, opens.dispatch().getAdmittedAt());
                anew.lastDispatch = i;
            }
        }
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            if (input instanceof Input.Uses uses && dealtWith.test(uses, i)) {
                books.report(uses.report(), uses.at());
                if (!Attempts.hasUsage(uses.report())) {
                    anew.seen.add(
                            uses.report().getSource() + ' ' + uses.report().getUsageId());
                }
            } else if (input instanceof Input.Refuses refuses && dealtWith.test(refuses, i)) {
                books.refuse(Given.rejection(refuses.requestId(), refuses.attempts()), refuses.at());
            }
        }
        RebuiltBooks.Result result = books.result(
                team -> new Terms(terms.policy(), null, 0, -1, Counting.first(terms.policy(), null, 0, -1)));
        assertThat(result.unexplained()).isZero();
        for (RequestAccount account : result.accounts()) {
            put(anew.accounts, String.valueOf(account.requestId()), account, StateSerdes.account());
        }
        for (Position position : result.positions()) {
            put(anew.positions, position.key().encode(), position, StateSerdes.position());
        }
        return anew;
    }

    /** @param place its place among all that was ever read */
    void read(Input input, int place) {
        reading = place;
        if (input instanceof Input.Opens) {
            lastDispatch = place;
        }
        read(input);
    }

    void read(Input input) {
        if (input instanceof Input.Opens opens) {
            Dispatch dispatch = opens.dispatch();
            long at = dispatch.getAdmittedAt();
            apply(account(dispatch.getRequestId(), at).open(dispatch, prices, terms, at), at);
        } else if (input instanceof Input.Uses uses) {
            UsageReport report = uses.report();
            if (seen.add(report.getSource() + ' ' + report.getUsageId())) {
                RequestAccount account = account(report.getRequestId(), uses.at());
                Quote quote = account.quote(report, prices, uses.at());
                apply(account.settle(report, quote, uses.at(), terms), uses.at());
            }
        } else if (input instanceof Input.Refuses refuses) {
            RequestAccount account = account(refuses.requestId(), refuses.at());
            apply(account.refuse(refuses.attempts(), terms, refuses.at()), refuses.at());
        } else if (input instanceof Input.Ticks ticks) {
            all(accounts, StateSerdes.account())
                    .values()
                    .forEach(account -> apply(account.expire(terms, ticks.at()), ticks.at()));
        } else if (input instanceof Input.Applies applies) {
            terms = new Terms(applies.policy(), null, 0, -1, terms.counting().without(applies.policy(), null));
        } else if (input instanceof Input.Counts counts) {
            PastSpend past = new PastSpend(terms, counts.at());
            cells().values().forEach(past::add);
            enter(begin(Given.TEAM, past, terms.policy(), counts.at()), counts.at());
            Counting all = terms.counting().begin(terms.policy(), null, 0, -1, counts.at());
            terms = new Terms(terms.policy(), null, 0, -1, all);
            accounts().values().stream()
                    .filter(account -> account.openHolds() > 0)
                    .forEach(account -> apply(account.reserve(terms, counts.at()), counts.at()));
        }
    }

    @Override
    public @Nullable Position position(PositionKey key) {
        return get(positions, key.encode(), StateSerdes.position());
    }

    @Override
    public @Nullable SpendAggregate cell(SpendKey key) {
        return get(cells, key.encode(), StateSerdes.spend());
    }

    Map<String, Position> positions() {
        return all(positions, StateSerdes.position());
    }

    /** Whether all budgets of a policy count, and no others. */
    boolean countsAllOf(TeamPolicy policy) {
        return terms.policy().equals(policy)
                && terms.counting()
                        .since()
                        .keySet()
                        .equals(Counting.first(policy, null, 0, -1).since().keySet());
    }

    Map<String, SpendAggregate> cells() {
        return all(cells, StateSerdes.spend());
    }

    Map<String, RequestAccount> accounts() {
        return all(accounts, StateSerdes.account());
    }

    private void apply(Settlement settlement, long at) {
        Posting posting = post(settlement, terms.policy(), at);
        settlements.add(settlement);
        enter(posting, at);
        String requestId = settlement.account().requestId();
        if (requestId != null) {
            put(accounts, requestId, settlement.account(), StateSerdes.account());
        }
    }

    private void enter(Posting posting, long at) {
        ledger.addAll(posting.entries());
        posting.entries().forEach(entry -> log.add(new Written<>(entry, at, reading)));
        for (Posting.Moved moved : posting.positions()) {
            if (moved.isFeedback()) {
                Position position = moved.position();
                published.put(position.key(), new Written<>(position.state(epoch, lastDispatch, null), at, reading));
            }
        }
        alerts.addAll(posting.alerts());
        posting.positions()
                .forEach(moved ->
                        put(positions, moved.position().key().encode(), moved.position(), StateSerdes.position()));
        posting.cells().forEach(cell -> put(cells, SpendKey.of(cell).encode(), cell, StateSerdes.spend()));
    }

    private RequestAccount account(@Nullable String requestId, long at) {
        RequestAccount known = requestId == null ? null : get(accounts, requestId, StateSerdes.account());
        return known == null
                ? RequestAccount.of(Given.TEAM, requestId, terms.policy().getTimezone(), at)
                : known;
    }

    private static <T> void put(Map<String, byte[]> store, String key, T value, Serde<T> serde) {
        store.put(key, serde.serializer().serialize("test", value));
    }

    private static <T> @Nullable T get(Map<String, byte[]> store, String key, Serde<T> serde) {
        byte[] bytes = store.get(key);
        return bytes == null ? null : serde.deserializer().deserialize("test", bytes);
    }

    private static <T> Map<String, T> all(Map<String, byte[]> store, Serde<T> serde) {
        Map<String, T> values = new TreeMap<>();
        Function<byte[], T> read = bytes -> serde.deserializer().deserialize("test", bytes);
        store.forEach((key, bytes) -> values.put(key, read.apply(bytes)));
        return values;
    }
}
