/** Pure: which model serves a request, at what most, and why. No clock, no randomness, no Kafka. */
@NullMarked
package dev.turnpike.router.decision;

import org.jspecify.annotations.NullMarked;
