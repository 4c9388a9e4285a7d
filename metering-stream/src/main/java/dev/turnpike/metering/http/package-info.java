/** What the meter answers over HTTP, from its own state. */
@NullMarked
package dev.turnpike.metering.http;

import org.jspecify.annotations.NullMarked;
