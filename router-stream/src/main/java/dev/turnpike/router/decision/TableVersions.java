package dev.turnpike.router.decision;

/**
 * Names what catalog, aliases and performance said at a moment, so that a decision can be worked out again from the same.
 *
 * @param catalog fingerprint of all offers and aliases
 * @param performance fingerprint of all that is known of models
 */
public record TableVersions(String catalog, String performance) {}
