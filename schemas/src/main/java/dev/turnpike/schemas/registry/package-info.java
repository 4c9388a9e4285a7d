/** Our own client of Confluent's Schema Registry REST protocol. */
@NullMarked
package dev.turnpike.schemas.registry;

import org.jspecify.annotations.NullMarked;
