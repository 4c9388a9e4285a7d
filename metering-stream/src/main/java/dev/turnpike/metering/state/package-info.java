/** What the meter keeps between records: stores, their bytes, and how long things stay in them. */
@NullMarked
package dev.turnpike.metering.state;

import org.jspecify.annotations.NullMarked;
