package dev.turnpike.document;

import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import org.apache.avro.specific.SpecificRecord;

/** One thing that people publish from files, under the key that identifies it. */
public record Document(Kind kind, String key, SpecificRecord value) {

    /** @throws IllegalArgumentException if the value is of no kind */
    public static Document of(SpecificRecord value) {
        if (value instanceof ModelOffer offer) {
            return new Document(Kind.MODEL_OFFER, BudgetScopes.offerId(offer.getProvider(), offer.getModel()), value);
        }
        if (value instanceof Alias alias) {
            return new Document(Kind.ALIAS, alias.getAlias(), value);
        }
        if (value instanceof Org org) {
            return new Document(Kind.ORG, org.getOrg(), value);
        }
        if (value instanceof TeamPolicy policy) {
            return new Document(Kind.TEAM_POLICY, policy.getTeam(), value);
        }
        throw new IllegalArgumentException(value.getClass().getSimpleName() + ": is no document");
    }

    @Override
    public String toString() {
        return kind.wireName() + ' ' + key;
    }
}
