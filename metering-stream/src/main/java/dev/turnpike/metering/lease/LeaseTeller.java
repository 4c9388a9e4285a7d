package dev.turnpike.metering.lease;

/** Who speaks in a {@link dev.turnpike.schemas.event.LeaseRequest}. */
public final class LeaseTeller {

    public static final String ROUTER = "router";
    public static final String METER = "meter";

    private LeaseTeller() {}
}
