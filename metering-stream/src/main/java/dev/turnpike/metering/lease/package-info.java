/** PURE: an org's limits, lent to its teams in leases. */
@NullMarked
package dev.turnpike.metering.lease;

import org.jspecify.annotations.NullMarked;
