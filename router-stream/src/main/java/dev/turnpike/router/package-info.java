/** Decides which model serves a request, and what that may cost. */
@NullMarked
package dev.turnpike.router;

import org.jspecify.annotations.NullMarked;
