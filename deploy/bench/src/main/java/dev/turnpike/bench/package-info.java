/** Benchmarks of the parts and of the whole, each beside what it is to be judged by. */
@NullMarked
package dev.turnpike.bench;

import org.jspecify.annotations.NullMarked;
