/** Publishing events from JSON lines. */
@NullMarked
package dev.turnpike.cli.publish;

import org.jspecify.annotations.NullMarked;
