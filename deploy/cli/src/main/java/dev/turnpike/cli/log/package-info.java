/** Reading the topics of a cluster to where they end. */
@NullMarked
package dev.turnpike.cli.log;

import org.jspecify.annotations.NullMarked;
