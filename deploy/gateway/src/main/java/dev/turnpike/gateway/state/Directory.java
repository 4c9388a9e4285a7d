package dev.turnpike.gateway.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnpike.gateway.chat.Holder;
import dev.turnpike.gateway.chat.ModelList;
import dev.turnpike.gateway.key.IssuedKey;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.AccessKey;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Keys, policies, offers and aliases at present. One thread writes, many read. */
public final class Directory {

    static {
        TrustedEvents.register();
    }

    private static final String DEFAULT_POLICY = "*";

    private final Map<String, AccessKey> keys = new ConcurrentHashMap<>();
    private final Map<String, TeamPolicy> policies = new ConcurrentHashMap<>();
    private final Map<String, ModelOffer> offers = new ConcurrentHashMap<>();
    private final Map<String, Alias> aliases = new ConcurrentHashMap<>();

    /** Who holds a key; null: it is not known, or it was revoked. */
    public @Nullable Holder holderOf(String secret) {
        AccessKey key = keys.get(IssuedKey.hash(secret));
        return key == null ? null : new Holder(key.getKeyHash(), key.getTeam(), key.getUser());
    }

    /**
     * What a team may name as a model; nothing where it has no policy.
     *
     * @param now milliseconds since 1970-01-01 UTC
     */
    public ObjectNode modelsOf(String team, long now) {
        TeamPolicy policy = policies.getOrDefault(team, policies.get(DEFAULT_POLICY));
        return policy == null
                ? ModelList.of(TeamPolicy.newBuilder().setTeam(team).build(), List.of(), aliases.values(), now)
                : ModelList.of(policy, offers.values(), aliases.values(), now);
    }

    public void putKey(String hash, @Nullable AccessKey key) {
        put(keys, hash, key);
    }

    public void putPolicy(String team, @Nullable TeamPolicy policy) {
        put(policies, team, policy);
    }

    public void putOffer(String id, @Nullable ModelOffer offer) {
        put(offers, id, offer);
    }

    public void putAlias(String name, @Nullable Alias alias) {
        put(aliases, name, alias);
    }

    private static <V extends SpecificRecord> void put(Map<String, V> table, String key, @Nullable V value) {
        if (value == null) {
            table.remove(key);
        } else {
            table.put(key, value);
        }
    }
}
