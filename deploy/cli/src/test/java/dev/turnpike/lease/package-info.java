/** The lease protocol with its router and its meter together. */
@NullMarked
package dev.turnpike.lease;

import org.jspecify.annotations.NullMarked;
