/** What OpenAI clients say and what they are told, without HTTP and without Kafka. */
@NullMarked
package dev.turnpike.gateway.chat;

import org.jspecify.annotations.NullMarked;
