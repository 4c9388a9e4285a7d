package dev.turnpike.document;

import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.event.Budget;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.Routing;
import dev.turnpike.schemas.event.TeamPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.message.RawMessageEncoder;
import org.apache.avro.specific.SpecificData;

/** Reads {@code kind: TeamPolicy} and {@code kind: Org}: who may spend how much, and how models are chosen. */
final class PolicyDocument {

    private static final int VERSION_BYTES = 6;
    private static final String ALL_TEAMS = "*";

    private PolicyDocument() {}

    static TeamPolicy policy(Section section) {
        var policy = new TeamPolicy();
        policy.setTeam(section.get("team", Values::name));
        policy.setOrg(section.find("org", Values::name));
        policy.setTimezone(section.get("timezone", Values::zone, "UTC"));
        policy.setWeekStart(section.get("week_start", Values::dayOfWeek, "monday"));
        policy.setBudgets(budgets(section, Values::scope));
        policy.setRouting(routing(section.section("routing")));
        policy.setHoldTtlMs(section.get("hold_ttl", Values::duration, Duration.ofMinutes(15))
                .toMillis());
        policy.setOnExpiry(section.get("on_expiry", Values.oneOf("capture", "release"), "capture"));
        policy.setSigningKeys(section.list("signing_keys", Values::publicKey));
        policy.setEarlier(List.of());
        if (policy.getTeam().equals(ALL_TEAMS) && !policy.getSigningKeys().isEmpty()) {
            throw section.refuse("signing_keys", "bind requests to one team; give them in the policy of that team");
        }
        section.end();
        policy.setVersion("");
        policy.setVersion(fingerprint(policy));
        return policy;
    }

    static Org org(Section section) {
        var org = new Org();
        org.setOrg(section.get("org", Values::name));
        org.setTimezone(section.get("timezone", Values::zone, "UTC"));
        org.setWeekStart(section.get("week_start", Values::dayOfWeek, "monday"));
        org.setBudgets(budgets(section, PolicyDocument::orgScope));
        org.setEarlier(List.of());
        section.end();
        return org;
    }

    private static List<Budget> budgets(Section section, Function<String, String> scope) {
        List<Budget> budgets = new ArrayList<>();
        Map<String, String> identities = new HashMap<>();
        for (Section each : section.sections("budgets")) {
            Budget budget = budget(each, scope);
            String identity = String.join(
                    " ",
                    budget.getScope(),
                    budget.getPeriod(),
                    BudgetScopes.unitOf(budget).wireName(),
                    budget.getEnforcement());
            String other = identities.put(identity, budget.getName());
            if (other != null) {
                throw each.refuse(
                        "name",
                        "budget " + other + " has the same scope, period, unit and enforcement; keep one of them");
            }
            budgets.add(budget);
        }
        return budgets;
    }

    private static Budget budget(Section section, Function<String, String> scope) {
        var budget = new Budget();
        budget.setName(section.get("name", Values::name));
        budget.setScope(section.get("scope", scope));
        budget.setPeriod(section.get("period", Values::period));
        budget.setLimitNanoUsd(section.find("limit_usd", Values::usd));
        budget.setLimitTokens(section.find("limit_tokens", Values::count));
        budget.setLimitRequests(section.find("limit_requests", Values::count));
        budget.setEnforcement(section.get("enforcement", Values.oneOf("hard", "soft"), "hard"));
        budget.setAlertAt(section.list("alert_at", Values.integer(1, 1_000)));
        section.end();
        int limits = (budget.getLimitNanoUsd() == null ? 0 : 1)
                + (budget.getLimitTokens() == null ? 0 : 1)
                + (budget.getLimitRequests() == null ? 0 : 1);
        if (limits != 1) {
            throw section.refuse(
                    "name", "has " + limits + " limits; give exactly one of limit_usd, limit_tokens, limit_requests");
        }
        if (budget.getAlertAt().stream().distinct().count()
                != budget.getAlertAt().size()) {
            throw section.refuse("alert_at", "a threshold is given twice; keep one of them");
        }
        return budget;
    }

    private static Routing routing(Section section) {
        Routing defaults = Routing.newBuilder().build();
        var routing = new Routing();
        routing.setQualityFloor(section.get("quality_floor", Values::share, defaults.getQualityFloor()));
        routing.setEconomyFloor(section.find("economy_floor", Values::share));
        routing.setEconomyAt(section.find("economy_at", Values.integer(0, 1_000)));
        routing.setTaskFloors(section.map("task_floors", Values::share));
        routing.setDowngrade(section.get("downgrade", Values::flag, defaults.getDowngrade()));
        routing.setAllow(section.list("allow", Values::name));
        routing.setDeny(section.list("deny", Values::name));
        routing.setExplore(section.get("explore", Values::share, defaults.getExplore()));
        routing.setDefaultModel(section.get("default_model", Values::name, defaults.getDefaultModel()));
        routing.setOutputCap(section.get("output_cap", Values::positive, defaults.getOutputCap()));
        routing.setMinOutputCap(section.get("min_output_cap", Values::positive, defaults.getMinOutputCap()));
        routing.setFallbacks(section.get("fallbacks", Values.integer(0, 10), defaults.getFallbacks()));
        routing.setMaxRequestNanoUsd(section.find("max_request_usd", Values::usd));
        routing.setOutputQuantile(section.find("output_quantile", Values::share));
        routing.setWorthNanoUsd(section.find("worth_usd", Values::usd));
        routing.setCascade(section.get("cascade", Values::share, defaults.getCascade()));
        routing.setAllowTools(section.lists("allow_tools", Values::name));
        section.end();
        Double economy = routing.getEconomyFloor();
        if (economy != null && economy > routing.getQualityFloor()) {
            throw section.refuse("economy_floor", "must not be above quality_floor=" + routing.getQualityFloor());
        }
        if (routing.getMinOutputCap() > routing.getOutputCap()) {
            throw section.refuse("min_output_cap", "must not be above output_cap=" + routing.getOutputCap());
        }
        return routing;
    }

    private static String orgScope(String text) {
        if (!text.equals("org")) {
            throw new IllegalArgumentException("must be org in an Org document");
        }
        return text;
    }

    private static String fingerprint(TeamPolicy policy) {
        try {
            ByteBuffer bytes = new RawMessageEncoder<TeamPolicy>(SpecificData.get(), policy.getSchema()).encode(policy);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes);
            return HexFormat.of().formatHex(digest.digest(), 0, VERSION_BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
