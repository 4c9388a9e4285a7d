/** The settings of the router. */
@NullMarked
package dev.turnpike.router.config;

import org.jspecify.annotations.NullMarked;
