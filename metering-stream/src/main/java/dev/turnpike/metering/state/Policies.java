package dev.turnpike.metering.state;

import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.TeamPolicy;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** The policies of all teams. */
public final class Policies {

    /** The team whose policy applies to teams without one of their own. */
    static final String ANY_TEAM = "*";

    static {
        TrustedEvents.register();
    }

    private static final TeamPolicy NONE =
            TeamPolicy.newBuilder().setTeam(ANY_TEAM).build();

    private final ReadOnlyKeyValueStore<String, TeamPolicy> store;

    public Policies(ReadOnlyKeyValueStore<String, TeamPolicy> store) {
        this.store = store;
    }

    /** A team's own policy, the one for any team, or one without budgets in UTC. */
    public TeamPolicy of(String team) {
        TeamPolicy own = store.get(team);
        TeamPolicy policy = own == null ? store.get(ANY_TEAM) : own;
        return policy == null ? NONE : policy;
    }
}
