/** Watches how fast money is spent, and tells when that becomes a danger. Pure. */
@NullMarked
package dev.turnpike.metering.watch;

import org.jspecify.annotations.NullMarked;
