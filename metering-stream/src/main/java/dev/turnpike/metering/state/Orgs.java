package dev.turnpike.metering.state;

import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** All orgs. */
public final class Orgs {

    private static final long NO_RECORD = -1;

    private final Table<Org> table;

    public Orgs(Table<Org> table) {
        this.table = table;
    }

    /** The org of a name; null where it is not known. */
    public @Nullable Org get(String org) {
        return table.get(org);
    }

    /** Every org. */
    public List<Org> all() {
        List<Org> all = new ArrayList<>();
        table.forEach((name, kept) -> all.add(Objects.requireNonNull(kept.value())));
        return all;
    }

    /** The offset of the record that holds an org; -1 where none does. */
    public long offsetOf(String org) {
        Kept<Org> kept = table.kept(org);
        return kept == null || kept.value() == null ? NO_RECORD : kept.offset();
    }

    /** The org that a policy names; null where it names none, or one that is not known. */
    public @Nullable Org of(TeamPolicy policy) {
        return policy.getOrg() == null ? null : table.get(policy.getOrg());
    }

    /** The offset of the record that holds {@link #of the org} of a policy; -1 where none does. */
    public long offsetOf(TeamPolicy policy) {
        Kept<Org> kept = policy.getOrg() == null ? null : table.kept(policy.getOrg());
        return kept == null || kept.value() == null ? NO_RECORD : kept.offset();
    }

    /** The offset of the orgs topic that is to be read next. */
    public long next() {
        return table.next();
    }
}
