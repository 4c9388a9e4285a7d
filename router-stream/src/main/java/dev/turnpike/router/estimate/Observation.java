package dev.turnpike.router.estimate;

import org.jspecify.annotations.Nullable;

/**
 * What is known of one prompt of the training side.
 *
 * @param prompt the text
 * @param taskType the kind of task, if stated
 * @param values one value per model in the order of the estimator's models; NaN where unknown
 */
public record Observation(String prompt, @Nullable String taskType, double[] values) {}
