/** The laws of the design, checked over the topics alone: one pure class for each law. */
@NullMarked
package dev.turnpike.cli.audit;

import org.jspecify.annotations.NullMarked;
