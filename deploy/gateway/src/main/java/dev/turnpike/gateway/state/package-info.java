/** What the door knows of keys, policies and models. */
@NullMarked
package dev.turnpike.gateway.state;

import org.jspecify.annotations.NullMarked;
