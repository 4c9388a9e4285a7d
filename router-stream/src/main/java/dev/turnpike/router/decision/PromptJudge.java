package dev.turnpike.router.decision;

import org.jspecify.annotations.Nullable;

/** Judges how hard a prompt is by its text. Fast and pure: the same text always gets the same judgement. */
@FunctionalInterface
public interface PromptJudge {

    /** What is thought of one prompt. */
    interface Judgement {

        /** From 0, the easiest prompt of its task type, to 1; the middling one has 0.5. */
        double difficulty();

        /**
         * By how much one model is likelier to succeed at this prompt than at others of its task type, from −1 to 1; NaN for
         * models of which the judge knows nothing in particular, to which only the difficulty applies.
         */
        double shift(String model);

        /** Whether it knows something in particular of any model. */
        default boolean tellsModelsApart() {
            return true;
        }
    }

    /**
     * Looks at a prompt.
     *
     * @param text what the user says last
     * @param taskType the kind of task; null where it is not stated
     */
    Judgement judge(String text, @Nullable String taskType);
}
