/** Turns usage into a ledger, windowed budget state and what models really cost. */
@NullMarked
package dev.turnpike.metering;

import org.jspecify.annotations.NullMarked;
