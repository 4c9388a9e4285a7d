/** Keys of teams on their topic. */
@NullMarked
package dev.turnpike.cli.key;

import org.jspecify.annotations.NullMarked;
