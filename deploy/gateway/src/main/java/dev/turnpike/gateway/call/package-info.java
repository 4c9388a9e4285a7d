/** Calls that are under way, and what of their answers is kept for those who ask again. */
@NullMarked
package dev.turnpike.gateway.call;

import org.jspecify.annotations.NullMarked;
