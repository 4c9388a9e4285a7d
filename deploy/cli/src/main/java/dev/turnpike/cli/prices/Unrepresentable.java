package dev.turnpike.cli.prices;

/** A model of a list cannot be an offer; the message is the reason, the same for all models that it holds for. */
final class Unrepresentable extends Exception {

    private static final long serialVersionUID = 1;

    Unrepresentable(String reason) {
        super(reason);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
