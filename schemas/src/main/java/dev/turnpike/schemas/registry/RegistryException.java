package dev.turnpike.schemas.registry;

import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The registry cannot be reached or refuses to serve us. Nothing is known about the record at hand, so that whoever
 * catches this must stop or try again, never set the record aside.
 */
public final class RegistryException extends KafkaException {

    public RegistryException(String message) {
        super(message);
    }

    public RegistryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
