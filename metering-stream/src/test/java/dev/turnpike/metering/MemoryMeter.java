package dev.turnpike.metering;

import dev.turnpike.metering.budget.Books;
import dev.turnpike.metering.budget.Counting;
import dev.turnpike.metering.budget.PastSpend;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.Posting;
import dev.turnpike.metering.budget.RequestAccount;
import dev.turnpike.metering.budget.Settlement;
import dev.turnpike.metering.budget.SpendKey;
import dev.turnpike.metering.budget.Terms;
import dev.turnpike.metering.pricing.PriceBook;
import dev.turnpike.metering.pricing.Quote;
import dev.turnpike.metering.state.StateSerdes;
import dev.turnpike.schemas.PositionKey;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.UsageReport;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;

/** The pure parts of the meter on stores in memory, which keep bytes as the real ones do. */
final class MemoryMeter implements Books {

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

    final List<LedgerEntry> ledger = new ArrayList<>();
    final List<BudgetAlert> alerts = new ArrayList<>();
    final List<Settlement> settlements = new ArrayList<>();

    private Terms terms;
    private final PriceBook prices;
    private final Set<String> seen = new HashSet<>();
    private final Map<String, byte[]> accounts = new TreeMap<>();
    private final Map<String, byte[]> positions = new TreeMap<>();
    private final Map<String, byte[]> cells = new TreeMap<>();

    MemoryMeter(TeamPolicy policy, PriceBook prices) {
        this.terms = new Terms(policy, null, 0, -1, Counting.first(policy, null, 0, -1));
        this.prices = prices;
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
            enter(begin(Given.TEAM, past, terms.policy(), counts.at()));
            Counting all = terms.counting().begin(terms.policy(), null, 0, -1, counts.at());
            terms = new Terms(terms.policy(), null, 0, -1, all);
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

    Map<String, SpendAggregate> cells() {
        return all(cells, StateSerdes.spend());
    }

    Map<String, RequestAccount> accounts() {
        return all(accounts, StateSerdes.account());
    }

    private void apply(Settlement settlement, long at) {
        Posting posting = post(settlement, terms.policy(), at);
        settlements.add(settlement);
        enter(posting);
        String requestId = settlement.account().requestId();
        if (requestId != null) {
            put(accounts, requestId, settlement.account(), StateSerdes.account());
        }
    }

    private void enter(Posting posting) {
        ledger.addAll(posting.entries());
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
