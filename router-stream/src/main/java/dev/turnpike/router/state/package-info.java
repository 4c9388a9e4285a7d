/** What the router keeps: positions, the requests it has decided, and the tables it decides by. */
@NullMarked
package dev.turnpike.router.state;

import org.jspecify.annotations.NullMarked;
