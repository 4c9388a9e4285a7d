/** The {@code turnpike} command. */
@NullMarked
package dev.turnpike.cli;

import org.jspecify.annotations.NullMarked;
