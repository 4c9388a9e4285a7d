package dev.turnpike.metering.state;

import static dev.turnpike.metering.state.Fields.readAmounts;
import static dev.turnpike.metering.state.Fields.writeAmounts;

import dev.turnpike.metering.budget.Attempts;
import dev.turnpike.metering.budget.Booking;
import dev.turnpike.metering.budget.Hold;
import dev.turnpike.metering.budget.RequestAccount;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LedgerEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.Encoder;
import org.jspecify.annotations.Nullable;

final class AccountLayout implements StateSerde.Layout<RequestAccount> {

    static final int FORMAT = 4;

    private final Fields.Event<Dispatch> dispatches = new Fields.Event<>(Dispatch.class);
    private final Fields.Event<HoldWindow> windows = new Fields.Event<>(HoldWindow.class);
    private final Fields.Event<LedgerEntry> entries = new Fields.Event<>(LedgerEntry.class);

    @Override
    public void write(RequestAccount account, Encoder out) throws IOException {
        out.writeString(account.team());
        writeText(account.requestId(), out);
        out.writeString(account.timezone());
        out.writeLong(account.since());
        Fields.writeList(account.holds(), out, (hold, to) -> {
            dispatches.write(hold.dispatch(), to);
            to.writeBoolean(hold.expired());
            writeAmounts(hold.estimated(), to);
            to.writeInt(hold.entries());
            Fields.writeList(hold.estimatedIn(), to, windows::write);
            Fields.writeList(hold.reservedIn(), to, windows::write);
        });
        Fields.writeList(account.bookings(), out, (booking, to) -> {
            entries.write(booking.entry(), to);
            to.writeLong(booking.at());
            to.writeInt(booking.decision());
            to.writeInt(booking.corrections());
        });
        Fields.writeList(new ArrayList<>(account.attempts().started().entrySet()), out, (attempt, to) -> {
            to.writeInt(attempt.getKey());
            to.writeLong(attempt.getValue());
        });
        writeNumbers(account.attempts().reported(), out);
        out.writeInt(account.attempts().unnumbered());
        out.writeInt(account.attempts().announced());
        Double score = account.score();
        out.writeBoolean(score != null);
        if (score != null) {
            out.writeDouble(score);
        }
        out.writeBoolean(account.isJudged());
    }

    @Override
    public RequestAccount read(Decoder in) throws IOException {
        return new RequestAccount(
                in.readString(),
                readText(in),
                in.readString(),
                in.readLong(),
                Fields.readList(
                        in,
                        from -> new Hold(
                                dispatches.read(from),
                                from.readBoolean(),
                                readAmounts(from),
                                from.readInt(),
                                Fields.readList(from, windows::read),
                                Fields.readList(from, windows::read))),
                Fields.readList(
                        in, from -> new Booking(entries.read(from), from.readLong(), from.readInt(), from.readInt())),
                new Attempts(readBounds(in), readNumbers(in), in.readInt(), in.readInt()),
                in.readBoolean() ? (Double) in.readDouble() : null,
                in.readBoolean());
    }

    private static void writeText(@Nullable String text, Encoder out) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeString(text);
        }
    }

    private static @Nullable String readText(Decoder in) throws IOException {
        return in.readBoolean() ? in.readString() : null;
    }

    private static void writeNumbers(SortedSet<Integer> numbers, Encoder out) throws IOException {
        Fields.writeList(new ArrayList<>(numbers), out, (number, to) -> to.writeInt(number));
    }

    private static SortedMap<Integer, Long> readBounds(Decoder in) throws IOException {
        SortedMap<Integer, Long> bounds = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            bounds.put(in.readInt(), in.readLong());
        }
        return Collections.unmodifiableSortedMap(bounds);
    }

    private static SortedSet<Integer> readNumbers(Decoder in) throws IOException {
        return Collections.unmodifiableSortedSet(new TreeSet<>(Fields.readList(in, Decoder::readInt)));
    }
}
