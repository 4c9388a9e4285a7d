/** Whether the answer of a cheap model is good enough to be delivered. Local, cheap and pure. */
@NullMarked
package dev.turnpike.sink.provider.judge;

import org.jspecify.annotations.NullMarked;
