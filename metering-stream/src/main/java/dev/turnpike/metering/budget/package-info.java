/** Positions, holds and entries: how usage becomes a ledger and windowed budget state. Pure. */
@NullMarked
package dev.turnpike.metering.budget;

import org.jspecify.annotations.NullMarked;
