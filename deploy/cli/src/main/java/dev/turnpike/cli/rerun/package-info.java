/** Deciding past requests again, with the router's own code. */
@NullMarked
package dev.turnpike.cli.rerun;

import org.jspecify.annotations.NullMarked;
