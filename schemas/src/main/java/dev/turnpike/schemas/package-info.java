/** The contract: events, topics, money and budget windows. Nothing here depends on Kafka Streams. */
@NullMarked
package dev.turnpike.schemas;

import org.jspecify.annotations.NullMarked;
