/** Fetch, ask the pure code, store, forward. */
@NullMarked
package dev.turnpike.router.processor;

import org.jspecify.annotations.NullMarked;
