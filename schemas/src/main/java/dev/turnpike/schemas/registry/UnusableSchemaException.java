package dev.turnpike.schemas.registry;

import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** The registry answered: it knows no schema of this id, or the schema is not one that we can read. */
public final class UnusableSchemaException extends SerializationException {

    public UnusableSchemaException(String message) {
        super(message);
    }

    public UnusableSchemaException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
