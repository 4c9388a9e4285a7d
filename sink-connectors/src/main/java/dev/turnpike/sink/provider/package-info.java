/** The Kafka Connect sink that executes dispatches: it calls the models and reports what they used. */
@NullMarked
package dev.turnpike.sink.provider;

import org.jspecify.annotations.NullMarked;
