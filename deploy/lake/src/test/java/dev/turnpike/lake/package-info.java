/** The ledger in Apache Iceberg. */
@NullMarked
package dev.turnpike.lake;

import org.jspecify.annotations.NullMarked;
