/** How likely each model is to succeed at a prompt, from the prompt's text alone; pure and fast. */
@NullMarked
package dev.turnpike.router.estimate;

import org.jspecify.annotations.NullMarked;
