package dev.turnpike.metering.lease;

import dev.turnpike.schemas.event.OrgLease;
import java.util.List;

/**
 * What one word or one tick does to a window of an org.
 *
 * @param window the window afterwards
 * @param leases what its teams are told, in this order
 */
public record Lending(OrgWindow window, List<OrgLease> leases) {}
