/** Benchmarks of the pure code. */
@NullMarked
package dev.turnpike.bench;

import org.jspecify.annotations.NullMarked;
