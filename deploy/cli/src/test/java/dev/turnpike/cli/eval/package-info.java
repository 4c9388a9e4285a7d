/** Tests of the measures and of the evaluation. */
@NullMarked
package dev.turnpike.cli.eval;

import org.jspecify.annotations.NullMarked;
