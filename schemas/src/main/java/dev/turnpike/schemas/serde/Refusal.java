package dev.turnpike.schemas.serde;

import dev.turnpike.schemas.DeadLetter;

/** A value that does not fit its schema; collects the path to its field on the way out. */
final class Refusal extends RuntimeException {

    private final String problem;
    private String path = "";

    Refusal(String problem) {
        super(problem, null, false, false);
        this.problem = problem;
    }

    /** The same, seen from the value that holds it. */
    Refusal in(String part) {
        path = path.isEmpty() ? part : part + "." + path;
        return this;
    }

    InvalidEventException asInvalid() {
        return new InvalidEventException(DeadLetter.INVALID, path + ": " + problem);
    }
}
