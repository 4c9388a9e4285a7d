package dev.turnpike.metering.state;

import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The policies of all teams. */
public final class Policies {

    /** The team whose policy applies to teams without one of their own. */
    static final String ANY_TEAM = "*";

    static {
        TrustedEvents.register();
    }

    private static final long NO_RECORD = -1;
    private static final TeamPolicy NONE =
            TeamPolicy.newBuilder().setTeam(ANY_TEAM).build();

    private final Table<TeamPolicy> table;

    public Policies(Table<TeamPolicy> table) {
        this.table = table;
    }

    /** A team's own policy, the one for any team, or one without budgets in UTC. */
    public TeamPolicy of(String team) {
        Kept<TeamPolicy> kept = kept(team);
        return kept == null || kept.value() == null ? NONE : kept.value();
    }

    /** The offset of the record that holds {@link #of the policy} of a team; -1 where none does. */
    public long offsetOf(String team) {
        Kept<TeamPolicy> kept = kept(team);
        return kept == null || kept.value() == null ? NO_RECORD : kept.offset();
    }

    /** The teams whose own policies name an org, by org. */
    public Map<String, Set<String>> teamsByOrg() {
        Map<String, Set<String>> teams = new HashMap<>();
        table.forEach((team, kept) -> {
            TeamPolicy policy = kept.value();
            if (policy != null && policy.getOrg() != null && !team.equals(ANY_TEAM)) {
                teams.computeIfAbsent(policy.getOrg(), org -> new TreeSet<>()).add(team);
            }
        });
        return teams;
    }

    /** The offset of the policies topic that is to be read next. */
    public long next() {
        return table.next();
    }

    private @Nullable Kept<TeamPolicy> kept(String team) {
        Kept<TeamPolicy> own = table.kept(team);
        return own == null || own.value() == null ? table.kept(ANY_TEAM) : own;
    }
}
