/** The newest records of the topics, in bounded memory: what every instance can tell, whichever partitions it has. */
@NullMarked
package dev.turnpike.metering.recent;

import org.jspecify.annotations.NullMarked;
