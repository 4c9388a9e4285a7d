/** The demo's traffic: a real trace, with teams, users and prompts spread over it by a seeded rule. */
@NullMarked
package dev.turnpike.cli.demo;

import org.jspecify.annotations.NullMarked;
