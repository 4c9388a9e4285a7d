package dev.turnpike.sink.converter;

import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/** How the Avro values of one schema look in Connect. */
interface Mapping {

    Schema schema();

    @Nullable
    Object value(@Nullable Object datum);
}
