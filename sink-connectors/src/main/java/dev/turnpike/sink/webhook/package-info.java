/** The Kafka Connect sink that takes alerts to a webhook. */
@NullMarked
package dev.turnpike.sink.webhook;

import org.jspecify.annotations.NullMarked;
