/** What the topics say about budgets, spend, models and decisions, as rows and lines. */
@NullMarked
package dev.turnpike.cli.view;

import org.jspecify.annotations.NullMarked;
