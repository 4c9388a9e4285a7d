/** The failure test: the whole system as real processes, under load, with faults from a seed, and then the audit. */
@NullMarked
package dev.turnpike.failure;

import org.jspecify.annotations.NullMarked;
