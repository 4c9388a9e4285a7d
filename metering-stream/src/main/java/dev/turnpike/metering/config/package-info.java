/** The settings of the meter. */
@NullMarked
package dev.turnpike.metering.config;

import org.jspecify.annotations.NullMarked;
