/** Calls of language models over HTTP: many open at a time, few threads, no Kafka. */
@NullMarked
package dev.turnpike.sink.provider.call;

import org.jspecify.annotations.NullMarked;
