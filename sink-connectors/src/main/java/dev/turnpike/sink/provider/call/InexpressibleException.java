package dev.turnpike.sink.provider.call;

/** A request asks for what the language of a provider has no words for; another provider may. */
final class InexpressibleException extends RuntimeException {

    InexpressibleException(String message) {
        super(message);
    }
}
