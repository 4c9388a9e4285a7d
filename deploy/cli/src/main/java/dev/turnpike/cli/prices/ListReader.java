package dev.turnpike.cli.prices;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnpike.schemas.event.ModelOffer;
import java.util.List;

/** Reads the price lists of one origin. */
interface ListReader {

    /**
     * The models of a list.
     *
     * @throws IllegalArgumentException naming the first place that has not the list's shape
     */
    List<Entry> entries(JsonNode list);

    /**
     * A model with the prices that the list has for it.
     *
     * @param from when a price without a date comes into force, milliseconds since 1970-01-01 UTC
     */
    ModelOffer offer(Entry entry, long from) throws Unrepresentable;
}
