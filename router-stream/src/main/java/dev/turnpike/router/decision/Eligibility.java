package dev.turnpike.router.decision;

import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Requires;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Step 1: whether an offer can serve a request at all; what the policy and the catalog rule out is out already. */
final class Eligibility {

    private static final long PROBE = 2;

    private final long now;
    private final long hash;
    private final long inputTokens;
    private final long minContext;
    private final boolean tools;
    private final boolean vision;
    private final boolean json;
    private final List<String> regions;
    private final Set<String> failed;
    private final int abilities;
    private final boolean usual;

    Eligibility(Ask ask, long inputTokens, long now) {
        Prompt prompt = ask.prompt();
        Requires requires = ask.request().getRequires();
        this.now = now;
        // mixed anew, so that who probes does not follow from who explores
        this.hash = Exploration.mix(Exploration.hash(ask.request()) + PROBE);
        this.inputTokens = inputTokens;
        this.failed = ask.failed();
        if (requires == null) {
            this.minContext = 0;
            this.tools = prompt.tools();
            this.vision = prompt.vision();
            this.json = prompt.json();
            this.regions = List.of();
        } else {
            this.minContext = requires.getMinContext() == null ? 0 : requires.getMinContext();
            this.tools = prompt.tools() || requires.getTools();
            this.vision = prompt.vision() || requires.getVision();
            this.json = prompt.json() || requires.getJson();
            this.regions = requires.getRegions();
        }
        this.abilities = (tools ? Catalog.TOOLS : 0) | (vision ? Catalog.VISION : 0) | (json ? Catalog.JSON : 0);
        this.usual = failed.isEmpty() && regions.isEmpty();
    }

    /** Whether it can without a closer look, provided that its circuit is closed. */
    boolean clearlyCan(Catalog catalog, int index) {
        return usual && catalog.fits(index, abilities, inputTokens, minContext);
    }

    /** Why it cannot; null where it can. Whether a price is in force is for the caller to see. */
    @Nullable
    Exclusion exclusionOf(Offer offer) {
        ModelOffer terms = offer.terms();
        if (offer.circuit().isOpen(now, hash)) {
            return Exclusion.CIRCUIT_OPEN;
        }
        if (!failed.isEmpty() && failed.contains(offer.id())) {
            return Exclusion.FAILED;
        }
        if (tools && !terms.getTools()) {
            return Exclusion.NO_TOOLS;
        }
        if (vision && !terms.getVision()) {
            return Exclusion.NO_VISION;
        }
        if (json && !terms.getJson()) {
            return Exclusion.NO_JSON;
        }
        if (!regions.isEmpty() && Collections.disjoint(regions, terms.getRegions())) {
            return Exclusion.REGION;
        }
        // at least one token must fit behind the input
        boolean isLimited = offer.context() != Long.MAX_VALUE;
        if (isLimited && (offer.context() < minContext || offer.context() <= inputTokens)) {
            return Exclusion.CONTEXT;
        }
        return null;
    }
}
