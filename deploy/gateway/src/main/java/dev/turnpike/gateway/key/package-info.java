/** Keys that let their holders speak for a team. */
@NullMarked
package dev.turnpike.gateway.key;

import org.jspecify.annotations.NullMarked;
