/** Tests on the images that docker-compose.yml names, and of that file and what it mounts. */
@NullMarked
package dev.turnpike.containers;

import org.jspecify.annotations.NullMarked;
