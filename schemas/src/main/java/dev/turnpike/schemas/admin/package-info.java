/** The topics of the contract on a cluster. */
@NullMarked
package dev.turnpike.schemas.admin;

import org.jspecify.annotations.NullMarked;
