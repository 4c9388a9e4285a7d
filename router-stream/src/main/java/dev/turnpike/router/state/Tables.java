package dev.turnpike.router.state;

import dev.turnpike.router.decision.Fleet;
import dev.turnpike.router.decision.Offer;
import dev.turnpike.router.decision.OrgRules;
import dev.turnpike.router.decision.TableVersions;
import dev.turnpike.router.decision.TeamRules;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.RequestSignature;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.ModelPerformance;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.header.Headers;
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
    private final Map<String, Alias> aliases = new HashMap<>();
    private final Map<String, Map<String, ModelPerformance>> performance = new HashMap<>();
    private final Map<String, ModelPerformance> performanceByKey = new HashMap<>();
    private final Map<String, TeamRules> rules = new ConcurrentHashMap<>();
    private final Map<String, Long> removedAt = new ConcurrentHashMap<>();
    private final Map<String, TeamRules> inherited = new ConcurrentHashMap<>();
    private final Map<String, OrgRules> orgs = new ConcurrentHashMap<>();
    private final Map<String, Joined> joined = new ConcurrentHashMap<>();
    private final Fingerprint catalogPrint = new Fingerprint();
    private final Fingerprint performancePrint = new Fingerprint();
    private volatile @Nullable Fleet fleet = Fleet.EMPTY;
    private volatile long policiesNext;

    private record Joined(TeamRules own, OrgRules org, TeamRules both) {}

    public Fleet fleet() {
        Fleet current = fleet;
        return current == null ? rebuilt() : current;
    }

    /** Names what the tables say now. */
    public synchronized TableVersions versions() {
        return new TableVersions(catalogPrint.text(), performancePrint.text());
    }

    /** The policy of a team, else the one for all teams, with the budgets of its org; null where there is neither. */
    public @Nullable TeamRules rulesOf(String team) {
        TeamRules own = ownRulesOf(team);
        OrgRules org = own == null || own.orgName() == null ? null : orgs.get(own.orgName());
        if (own == null || org == null) {
            return own;
        }
        Joined known = joined.get(team);
        if (known == null || known.own != own || known.org != org) {
            known = new Joined(own, org, own.in(org));
            joined.put(team, known);
        }
        return known.both;
    }

    /**
     * Why a record is not of the team that it names, where the team's policy asks for signatures; null: nothing speaks against it.
     *
     * @param bytes of its value
     */
    public @Nullable String forgery(Headers headers, RequestSignature.Purpose purpose, String team, byte[] bytes) {
        TeamRules applied = rulesOf(team);
        return applied == null || applied.signers().isEmpty()
                ? null
                : RequestSignature.problem(headers, applied.signers(), purpose, team, bytes);
    }

    private @Nullable TeamRules ownRulesOf(String team) {
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
        String offer = terms == null ? id : BudgetScopes.offerId(terms.getProvider(), terms.getModel());
        ModelOffer before = terms == null ? catalog.remove(offer) : catalog.put(offer, terms);
        catalogPrint.replace(offer, before, terms);
        fleet = null;
    }

    /** Takes over an alias; null: the name stands for nothing any more. */
    public synchronized void putAlias(String name, @Nullable Alias alias) {
        Alias before = alias == null ? aliases.remove(name) : aliases.put(name, alias);
        catalogPrint.replace("alias " + name, before, alias);
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
            rules.put(team, TeamRules.of(policy, offset, ownRulesOf(team)));
            removedAt.remove(team);
        }
        // last: who reads it goes by this policy
        policiesNext = Math.max(policiesNext, offset + 1);
    }

    /** The offset behind the newest policy that is taken over here. */
    public long policiesNext() {
        return policiesNext;
    }

    /**
     * Takes over an org; null: there is none any more.
     *
     * @throws RuntimeException if it cannot be understood; then the one before stays
     */
    public void putOrg(String name, @Nullable Org org) {
        if (org == null) {
            orgs.remove(name);
        } else {
            orgs.put(name, OrgRules.of(org));
        }
    }

    /** Takes over what is known of a model on a task type; null: nothing any more. */
    public synchronized void putPerformance(String key, @Nullable ModelPerformance known) {
        ModelPerformance before = known == null ? performanceByKey.remove(key) : performanceByKey.put(key, known);
        performancePrint.replace(key, before, known);
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
        if (current != null) {
            fleet = (terms == null ? current : current.with(prepared(id, terms))).as(versions());
        }
    }

    private synchronized Fleet rebuilt() {
        Fleet current = fleet;
        if (current == null) {
            List<Offer> offers = catalog.entrySet().stream()
                    .map(entry -> prepared(entry.getKey(), entry.getValue()))
                    .toList();
            Map<String, String> targets = new HashMap<>();
            aliases.forEach((name, alias) -> targets.put(name, alias.getTarget()));
            current = Fleet.of(offers, targets).as(versions());
            fleet = current;
        }
        return current;
    }

    private Offer prepared(String id, ModelOffer terms) {
        return new Offer(terms, performance.getOrDefault(id, Map.of()).values());
    }
}
