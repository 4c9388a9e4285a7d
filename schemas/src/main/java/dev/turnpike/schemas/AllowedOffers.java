package dev.turnpike.schemas;

import dev.turnpike.schemas.event.Routing;

/** The offers that a policy lets serve a team: {@code allow} without {@code deny}, each a list of ids with {@code *} as wildcard. */
public final class AllowedOffers {

    private final Globs allow;
    private final Globs deny;

    private AllowedOffers(Globs allow, Globs deny) {
        this.allow = allow;
        this.deny = deny;
    }

    public static AllowedOffers of(Routing routing) {
        return new AllowedOffers(Globs.of(routing.getAllow()), Globs.of(routing.getDeny()));
    }

    /** @param id {@code provider/model} */
    public boolean includes(String id) {
        return (allow.isEmpty() || allow.match(id)) && !deny.match(id);
    }
}
