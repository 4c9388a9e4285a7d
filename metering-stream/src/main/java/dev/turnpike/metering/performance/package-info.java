/** What models really cost and achieve, per task type. Pure. */
@NullMarked
package dev.turnpike.metering.performance;

import org.jspecify.annotations.NullMarked;
