/** A real Kafka broker inside this JVM and a real schema registry beside it. */
@NullMarked
package dev.turnpike.cluster;

import org.jspecify.annotations.NullMarked;
