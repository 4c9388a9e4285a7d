/** Kafka's side of the meter: fetch, ask the pure code, store, forward. */
@NullMarked
package dev.turnpike.metering.processor;

import org.jspecify.annotations.NullMarked;
