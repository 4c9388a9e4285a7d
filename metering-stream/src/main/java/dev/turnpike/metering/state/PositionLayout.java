package dev.turnpike.metering.state;

import static dev.turnpike.metering.state.Fields.readAmounts;
import static dev.turnpike.metering.state.Fields.writeAmounts;

import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.Threshold;
import dev.turnpike.schemas.Amounts.Unit;
import dev.turnpike.schemas.PositionKey;
import java.io.IOException;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.Encoder;

final class PositionLayout implements StateSerde.Layout<Position> {

    static final int FORMAT = 4;

    @Override
    public void write(Position position, Encoder out) throws IOException {
        out.writeString(position.key().encode());
        out.writeLong(position.windowEnd());
        writeAmounts(position.opened(), out);
        writeAmounts(position.closed(), out);
        writeAmounts(position.spent(), out);
        writeAmounts(position.carried(), out);
        writeAmounts(position.reserved(), out);
        out.writeLong(position.version());
        out.writeLong(position.lastUse());
        Fields.writeList(position.alerted(), out, (threshold, to) -> {
            to.writeString(threshold.unit().name());
            to.writeString(threshold.enforcement());
            to.writeInt(threshold.percent());
        });
        out.writeLong(position.begunAt());
    }

    @Override
    public Position read(Decoder in) throws IOException {
        return new Position(
                PositionKey.decode(in.readString()),
                in.readLong(),
                readAmounts(in),
                readAmounts(in),
                readAmounts(in),
                readAmounts(in),
                readAmounts(in),
                in.readLong(),
                in.readLong(),
                Fields.readList(
                        in, from -> new Threshold(Unit.valueOf(from.readString()), from.readString(), from.readInt())),
                in.readLong());
    }
}
