/** A Kafka Connect converter for Avro in the Confluent wire format, with any registry that speaks Confluent's protocol. */
@NullMarked
package dev.turnpike.sink.converter;

import org.jspecify.annotations.NullMarked;
