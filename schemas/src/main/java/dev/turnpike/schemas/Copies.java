package dev.turnpike.schemas;

import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.SpendAggregate;
import org.apache.avro.specific.SpecificRecord;

/** Copies of events that share the values of their fields, none of which is ever changed itself. Builders copy those too. */
public final class Copies {

    private Copies() {}

    public static LedgerEntry of(LedgerEntry entry) {
        return fill(new LedgerEntry(), entry);
    }

    public static SpendAggregate of(SpendAggregate cell) {
        return fill(new SpendAggregate(), cell);
    }

    private static <V extends SpecificRecord> V fill(V copy, V from) {
        int fields = from.getSchema().getFields().size();
        for (int i = 0; i < fields; i++) {
            copy.put(i, from.get(i));
        }
        return copy;
    }
}
