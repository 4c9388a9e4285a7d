/** What both stream applications share: intake of public topics, dead letters, start and stop, health and metrics. */
@NullMarked
package dev.turnpike.streams;

import org.jspecify.annotations.NullMarked;
