package dev.turnpike.metering.watch;

/** How soon a budget window will run out, the more urgent the later: who was told of one is not told of those before it. */
public enum Danger {
    /** It lasts. */
    NONE("none"),
    /** As it goes, it runs out before it turns. */
    FORECAST("forecast"),
    /** It is burned several times as fast as it lasts, for a while. */
    SLOW_BURN("slow-burn"),
    /** It is burned many times as fast as it lasts. */
    FAST_BURN("fast-burn");

    private final String id;

    Danger(String id) {
        this.id = id;
    }

    /** As it stands in the id of an alert. */
    public String id() {
        return id;
    }
}
