/** Who may do what on the brokers. */
@NullMarked
package dev.turnpike.cli.access;

import org.jspecify.annotations.NullMarked;
