/** The OpenAI-compatible door: chat completions over HTTP, by way of the topics. */
@NullMarked
package dev.turnpike.gateway;

import org.jspecify.annotations.NullMarked;
