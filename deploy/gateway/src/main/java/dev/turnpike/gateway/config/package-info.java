/** The settings of the door. */
@NullMarked
package dev.turnpike.gateway.config;

import org.jspecify.annotations.NullMarked;
