/** The console in a real browser. */
package dev.turnpike.console;
