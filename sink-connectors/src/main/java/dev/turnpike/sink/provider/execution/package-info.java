/** What is to be done about a dispatch, and what is written about it: no clock, no network, no Kafka. */
@NullMarked
package dev.turnpike.sink.provider.execution;

import org.jspecify.annotations.NullMarked;
