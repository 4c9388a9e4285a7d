/** Reads out of OpenAI bodies what deciding needs: how long they can be, and what they ask for. */
@NullMarked
package dev.turnpike.router.prompt;

import org.jspecify.annotations.NullMarked;
