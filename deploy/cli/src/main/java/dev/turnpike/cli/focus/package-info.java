/** The ledger as a bill: FOCUS, the FinOps Open Cost and Usage Specification. */
@NullMarked
package dev.turnpike.cli.focus;

import org.jspecify.annotations.NullMarked;
