/** What all sink connectors have in common. */
@NullMarked
package dev.turnpike.sink;

import org.jspecify.annotations.NullMarked;
