/** Offers from the price lists that the community keeps. */
@NullMarked
package dev.turnpike.cli.prices;

import org.jspecify.annotations.NullMarked;
