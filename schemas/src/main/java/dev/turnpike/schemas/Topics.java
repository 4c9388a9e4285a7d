package dev.turnpike.schemas;

import dev.turnpike.schemas.Topic.Partitioning;
import dev.turnpike.schemas.event.AccessKey;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.schemas.event.BudgetState;
import dev.turnpike.schemas.event.Cancellation;
import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.LeaseRequest;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.LlmRequest;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.OrgLease;
import dev.turnpike.schemas.event.Outcome;
import dev.turnpike.schemas.event.PerformanceSample;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.Rejection;
import dev.turnpike.schemas.event.SpendAggregate;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.event.Tick;
import dev.turnpike.schemas.event.UsageReport;
import java.time.Duration;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Every topic of the contract, written once. */
public final class Topics {

    static {
        TrustedEvents.register();
    }

    /** Default of the setting {@code topics.prefix}. */
    public static final String DEFAULT_PREFIX = "llm.";

    private static final Duration WEEK = Duration.ofDays(7);
    private static final Duration MONTH = Duration.ofDays(30);

    // broker time: nobody can backdate a request into another budget window
    public static final Topic<LlmRequest> REQUESTS =
            byTeam("requests", LlmRequest.class, WEEK).withBrokerTime();
    public static final Topic<Dispatch> DISPATCHES =
            byTeam("dispatches", Dispatch.class, WEEK).topic();
    public static final Topic<Rejection> REJECTIONS =
            byTeam("rejections", Rejection.class, WEEK).topic();
    public static final Topic<Decision> DECISIONS =
            byTeam("decisions", Decision.class, Duration.ofDays(400)).topic();
    public static final Topic<Redecision> REDECISIONS =
            byTeam("redecisions", Redecision.class, WEEK).topic();
    public static final Topic<Completion> COMPLETIONS =
            byTeam("completions", Completion.class, Duration.ofDays(1)).topic();
    public static final Topic<Cancellation> CANCELLATIONS =
            byTeam("cancellations", Cancellation.class, Duration.ofHours(1)).topic();
    // those that the router has let through; read from its beginning by every executor that starts
    public static final Topic<Cancellation> CANCELLED =
            byTeam("cancelled", Cancellation.class, Duration.ofHours(1)).topic();
    // broker time: usage without a dispatch is counted in the window it arrives in
    public static final Topic<UsageReport> USAGE =
            byTeam("usage", UsageReport.class, MONTH).withBrokerTime();
    public static final Topic<Outcome> OUTCOMES =
            byTeam("outcomes", Outcome.class, MONTH).topic();
    public static final Topic<LedgerEntry> LEDGER =
            byTeam("ledger", LedgerEntry.class, null).topic();
    public static final Topic<BudgetState> BUDGETS =
            byTeam("budgets", BudgetState.class, null).compacted();
    public static final Topic<SpendAggregate> SPEND =
            byTeam("spend", SpendAggregate.class, Duration.ofDays(400)).compacted();
    public static final Topic<BudgetAlert> ALERTS =
            byTeam("alerts", BudgetAlert.class, Duration.ofDays(90)).topic();
    public static final Topic<OrgLease> LEASES =
            byTeam("leases", OrgLease.class, null).compacted();
    // partitioned by the org, whose lender reads them
    public static final Topic<LeaseRequest> LEASE_REQUESTS =
            byTeam("lease-requests", LeaseRequest.class, null).compacted();
    // broker time is the whole content of a tick
    public static final Topic<Tick> TICKS =
            byTeam("ticks", Tick.class, Duration.ofHours(1)).withBrokerTime();
    // producer time: the mover keeps the broker's time of the original
    public static final Topic<LlmRequest> REQUESTS_MOVED =
            byTeam("requests-moved", LlmRequest.class, WEEK).topic();
    public static final Topic<UsageReport> USAGE_MOVED =
            byTeam("usage-moved", UsageReport.class, WEEK).topic();
    public static final Topic<Outcome> OUTCOMES_MOVED =
            byTeam("outcomes-moved", Outcome.class, WEEK).topic();
    // keyed by model and task type, folded by the meter
    public static final Topic<PerformanceSample> PERFORMANCE_SAMPLES =
            byTeam("performance-samples", PerformanceSample.class, WEEK).topic();

    public static final Topic<ModelOffer> CATALOG = table("catalog", ModelOffer.class);
    public static final Topic<Alias> ALIASES = table("aliases", Alias.class);
    public static final Topic<Org> ORGS = table("orgs", Org.class);
    public static final Topic<AccessKey> KEYS = table("keys", AccessKey.class);
    public static final Topic<TeamPolicy> POLICIES = table("policies", TeamPolicy.class);
    public static final Topic<ModelPerformance> MODEL_PERFORMANCE = table("model-performance", ModelPerformance.class);

    public static final Topic<SpecificRecord> DEAD_LETTERS =
            new Topic<>("dead-letters", null, Partitioning.BY_TEAM, MONTH, false, false);

    /** All of them, in the order in which they are created. */
    public static final List<Topic<?>> ALL = List.of(
            REQUESTS,
            DISPATCHES,
            REJECTIONS,
            DECISIONS,
            REDECISIONS,
            COMPLETIONS,
            CANCELLATIONS,
            CANCELLED,
            USAGE,
            OUTCOMES,
            LEDGER,
            BUDGETS,
            SPEND,
            ALERTS,
            LEASES,
            LEASE_REQUESTS,
            TICKS,
            REQUESTS_MOVED,
            USAGE_MOVED,
            OUTCOMES_MOVED,
            PERFORMANCE_SAMPLES,
            CATALOG,
            ALIASES,
            ORGS,
            KEYS,
            POLICIES,
            MODEL_PERFORMANCE,
            DEAD_LETTERS);

    private Topics() {}

    private static <V extends SpecificRecord> Draft<V> byTeam(
            String suffix, Class<V> value, @Nullable Duration retention) {
        return new Draft<>(suffix, value, retention);
    }

    private static <V extends SpecificRecord> Topic<V> table(String suffix, Class<V> value) {
        return new Topic<>(suffix, value, Partitioning.SINGLE, null, true, false);
    }

    private record Draft<V extends SpecificRecord>(
            String suffix, Class<V> value, @Nullable Duration retention) {

        Topic<V> topic() {
            return new Topic<>(suffix, value, Partitioning.BY_TEAM, retention, false, false);
        }

        Topic<V> withBrokerTime() {
            return new Topic<>(suffix, value, Partitioning.BY_TEAM, retention, false, true);
        }

        Topic<V> compacted() {
            return new Topic<>(suffix, value, Partitioning.BY_TEAM, retention, true, false);
        }
    }
}
