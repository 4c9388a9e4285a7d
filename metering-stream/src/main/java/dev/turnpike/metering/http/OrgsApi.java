package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.document.Kind;
import dev.turnpike.metering.recent.Recent;
import dev.turnpike.metering.state.MeterView;
import dev.turnpike.metering.state.Peers;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.OrgLease;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** {@code GET /api/v1/org-budgets?org=}: the budgets of orgs, answered by any instance for the teams of all. */
final class OrgsApi {

    private static final String PARTS = "parts";

    private final MeterView meter;
    private final Recent recent;
    private final Forwarding forwarding;
    private final InstantSource clock;

    /** @param recent has the orgs and the leases */
    OrgsApi(MeterView meter, Recent recent, Peers peers, InstantSource clock) {
        this.meter = meter;
        this.recent = recent;
        this.forwarding = new Forwarding(peers);
        this.clock = clock;
    }

    void addTo(JavalinConfig config) {
        config.routes.get("/api/v1/org-budgets", this::budgets);
    }

    private void budgets(Context context) {
        String asked = context.queryParam("org");
        List<Org> orgs = recent.documents(Kind.ORG).stream()
                .map(applied -> (Org) applied.document().value())
                .filter(org -> asked == null || org.getOrg().equals(asked))
                .toList();
        if (asked != null && orgs.isEmpty()) {
            throw Problem.notFound("org " + asked + ": is not known; apply a document of kind Org");
        }
        long now = clock.millis();
        Share share = Share.of(meter);
        OrgBudgets budgets = new OrgBudgets(orgs, now);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode parts = answer.putArray(PARTS);
        Map<String, OrgLease> leases = recent.leases();
        TreeSet<String> teams = new TreeSet<>(meter.teams());
        leases.values().forEach(lease -> teams.add(lease.getTeam()));
        for (String team : teams) {
            try {
                parts.addAll(budgets.parts(meter, team, leases));
            } catch (MeterView.NotHere e) {
                // another instance has it
            }
        }
        answer.put("as_of", now);
        forwarding.addAll(context, answer, PARTS, share);
        if (Forwarding.isForAnInstance(context)) {
            Answers.json(context, answer);
            return;
        }
        answer.remove(PARTS);
        answer.set("budgets", budgets.sums(parts));
        Answers.json(context, Pages.cut(context, answer, "budgets"));
    }
}
