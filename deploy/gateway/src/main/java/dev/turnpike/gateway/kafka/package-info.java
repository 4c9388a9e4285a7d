/** How the door reads and writes topics. */
@NullMarked
package dev.turnpike.gateway.kafka;

import org.jspecify.annotations.NullMarked;
