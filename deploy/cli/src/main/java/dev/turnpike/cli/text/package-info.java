/** How results stand in a terminal and in JSON. */
@NullMarked
package dev.turnpike.cli.text;

import org.jspecify.annotations.NullMarked;
