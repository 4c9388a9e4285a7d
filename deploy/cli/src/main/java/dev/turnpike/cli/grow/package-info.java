/** The move of a log to topics with more partitions. */
@NullMarked
package dev.turnpike.cli.grow;

import org.jspecify.annotations.NullMarked;
