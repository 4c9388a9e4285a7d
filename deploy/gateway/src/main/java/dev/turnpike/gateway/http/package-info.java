/** The door's routes, without a thread per call. */
@NullMarked
package dev.turnpike.gateway.http;

import org.jspecify.annotations.NullMarked;
