package dev.turnpike.metering.state;

import dev.turnpike.metering.watch.Buckets;
import dev.turnpike.metering.watch.BudgetWatch;
import dev.turnpike.metering.watch.PastWatch;
import java.io.IOException;
import java.util.List;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.Encoder;

/** How watches are laid out. */
final class WatchLayouts {

    static final int FORMAT = 1;

    static final StateSerde.Layout<BudgetWatch> BUDGET = new StateSerde.Layout<>() {
        @Override
        public void write(BudgetWatch watch, Encoder out) throws IOException {
            out.writeLong(watch.spent());
            writeBuckets(watch.fast(), out);
            writeBuckets(watch.slow(), out);
        }

        @Override
        public BudgetWatch read(Decoder in) throws IOException {
            return new BudgetWatch(in.readLong(), readBuckets(in), readBuckets(in));
        }
    };

    static final StateSerde.Layout<PastWatch> PAST = new StateSerde.Layout<>() {
        @Override
        public void write(PastWatch watch, Encoder out) throws IOException {
            out.writeLong(watch.seen());
            out.writeLong(watch.since());
            out.writeLong(watch.day());
            writeAmounts(watch.days(), out);
            writeSpan(watch.minute(), out);
            writeSpan(watch.hour(), out);
        }

        @Override
        public PastWatch read(Decoder in) throws IOException {
            return new PastWatch(
                    in.readLong(), in.readLong(), in.readLong(), readAmounts(in), readSpan(in), readSpan(in));
        }
    };

    private WatchLayouts() {}

    private static void writeSpan(PastWatch.Span span, Encoder out) throws IOException {
        writeBuckets(span.last(), out);
        writeAmounts(span.dearest(), out);
    }

    private static PastWatch.Span readSpan(Decoder in) throws IOException {
        return new PastWatch.Span(readBuckets(in), readAmounts(in));
    }

    private static void writeBuckets(Buckets buckets, Encoder out) throws IOException {
        out.writeLong(buckets.width());
        out.writeLong(buckets.newest());
        writeAmounts(buckets.amounts(), out);
    }

    private static Buckets readBuckets(Decoder in) throws IOException {
        return new Buckets(in.readLong(), in.readLong(), readAmounts(in));
    }

    private static void writeAmounts(List<Long> amounts, Encoder out) throws IOException {
        Fields.writeList(amounts, out, (amount, to) -> to.writeLong(amount));
    }

    private static List<Long> readAmounts(Decoder in) throws IOException {
        return Fields.readList(in, Decoder::readLong);
    }
}
