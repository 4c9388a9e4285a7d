/** The commands: options in, text or JSON out. */
@NullMarked
package dev.turnpike.cli.command;

import org.jspecify.annotations.NullMarked;
