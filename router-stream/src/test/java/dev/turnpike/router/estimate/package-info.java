/** Tests of the success estimator. */
@NullMarked
package dev.turnpike.router.estimate;

import org.jspecify.annotations.NullMarked;
