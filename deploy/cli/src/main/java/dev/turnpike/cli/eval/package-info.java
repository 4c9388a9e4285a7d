/** How well the router judges, measured on recorded answers of real models. */
@NullMarked
package dev.turnpike.cli.eval;

import org.jspecify.annotations.NullMarked;
