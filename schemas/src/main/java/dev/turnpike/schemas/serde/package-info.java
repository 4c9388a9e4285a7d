/** How events become bytes: Avro in the Confluent wire format, and JSON of the same shape. */
@NullMarked
package dev.turnpike.schemas.serde;

import org.jspecify.annotations.NullMarked;
