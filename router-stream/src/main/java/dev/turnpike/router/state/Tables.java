package dev.turnpike.router.state;

import dev.turnpike.router.decision.Fleet;
import dev.turnpike.router.decision.Offer;
import dev.turnpike.router.decision.TeamRules;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What catalog, aliases, policies and performance say at present, prepared for deciding.
 *
 * <p>The thread that follows the global tables writes, the stream threads read. A fleet is made anew when somebody asks for it after
 * catalog or aliases have changed; performance changes often, and only replaces its one offer.
 */
public final class Tables {

    private static final String DEFAULT_POLICY = "*";

    private final Map<String, ModelOffer> catalog = new HashMap<>();
    private final Map<String, String> aliases = new HashMap<>();
    private final Map<String, Map<String, ModelPerformance>> performance = new HashMap<>();
    private final Map<String, ModelPerformance> performanceByKey = new HashMap<>();
    private final Map<String, TeamRules> rules = new ConcurrentHashMap<>();
    private final Map<String, Long> removedAt = new ConcurrentHashMap<>();
    private final Map<String, TeamRules> inherited = new ConcurrentHashMap<>();
    private volatile @Nullable Fleet fleet = Fleet.EMPTY;

    public Fleet fleet() {
        Fleet current = fleet;
        return current == null ? rebuilt() : current;
    }

    /** The policy of a team, else the one for all teams; null where there is neither. */
    public @Nullable TeamRules rulesOf(String team) {
        TeamRules own = rules.get(team);
        TeamRules shared = own != null ? null : rules.get(DEFAULT_POLICY);
        Long removed = shared == null ? null : removedAt.get(team);
        if (shared == null || removed == null) {
            return own != null ? own : shared;
        }
        return inherited.compute(
                team,
                (name, known) -> known != null && known.isOfSamePolicyAs(shared) ? known : shared.inheritedAt(removed));
    }

    /** Takes over an offer; without terms it is no more. */
    public synchronized void putOffer(String id, @Nullable ModelOffer terms) {
        if (terms == null) {
            catalog.remove(id);
        } else {
            catalog.put(BudgetScopes.offerId(terms.getProvider(), terms.getModel()), terms);
        }
        fleet = null;
    }

    /** Takes over an alias; null: the name stands for nothing any more. */
    public synchronized void putAlias(String name, @Nullable Alias alias) {
        if (alias == null) {
            aliases.remove(name);
        } else {
            aliases.put(name, alias.getTarget());
        }
        fleet = null;
    }

    /**
     * Takes over a policy; null: the team has none any more.
     *
     * @param offset of its record
     * @throws RuntimeException if it cannot be understood; then the one before stays
     */
    public void putPolicy(String team, @Nullable TeamPolicy policy, long offset) {
        inherited.remove(team);
        if (policy == null) {
            // from now on the policy for all teams applies to it, and did not before
            removedAt.put(team, offset);
            rules.remove(team);
        } else {
            rules.put(team, TeamRules.of(policy, offset, rulesOf(team)));
            removedAt.remove(team);
        }
    }

    /** Takes over what is known of a model on a task type; null: nothing any more. */
    public synchronized void putPerformance(String key, @Nullable ModelPerformance known) {
        ModelPerformance before = known == null ? performanceByKey.remove(key) : performanceByKey.put(key, known);
        ModelPerformance changed = known == null ? before : known;
        if (changed == null) {
            return;
        }
        String id = BudgetScopes.offerId(changed.getProvider(), changed.getModel());
        Map<String, ModelPerformance> byTaskType = performance.computeIfAbsent(id, offer -> new HashMap<>());
        if (known == null) {
            byTaskType.remove(changed.getTaskType());
        } else {
            byTaskType.put(known.getTaskType(), known);
        }
        ModelOffer terms = catalog.get(id);
        Fleet current = fleet;
        if (terms != null && current != null) {
            fleet = current.with(prepared(id, terms));
        }
    }

    private synchronized Fleet rebuilt() {
        Fleet current = fleet;
        if (current == null) {
            List<Offer> offers = catalog.entrySet().stream()
                    .map(entry -> prepared(entry.getKey(), entry.getValue()))
                    .toList();
            current = Fleet.of(offers, aliases);
            fleet = current;
        }
        return current;
    }

    private Offer prepared(String id, ModelOffer terms) {
        return new Offer(terms, performance.getOrDefault(id, Map.of()).values());
    }
}
