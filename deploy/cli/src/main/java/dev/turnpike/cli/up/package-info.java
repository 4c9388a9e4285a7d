/** The whole system in one JVM. */
@NullMarked
package dev.turnpike.cli.up;

import org.jspecify.annotations.NullMarked;
