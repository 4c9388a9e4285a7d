/** What usage costs, by dated prices. Pure. */
@NullMarked
package dev.turnpike.metering.pricing;

import org.jspecify.annotations.NullMarked;
