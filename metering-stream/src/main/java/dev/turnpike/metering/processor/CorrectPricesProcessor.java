package dev.turnpike.metering.processor;

import dev.turnpike.metering.config.MeteringConfig;
import dev.turnpike.metering.pricing.PriceChanges;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.PriceProgress;
import dev.turnpike.schemas.event.Tick;
import dev.turnpike.streams.Logs;
import dev.turnpike.streams.Logs.Entry;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Corrects what the ledger says of the past after past prices were changed, or came for what had none.
 */
final class CorrectPricesProcessor extends BookkeepingProcessor<Tick> {

    /*
     * A tick that finds changed prices in the catalog writes a tick that says so. When this is read back, its transaction is
     * committed, and so is every entry that was booked before: these, from the first one that may be wrong to where the ledger
     * ends then, are read back by the ticks that follow. What is booked later is booked by the changed prices. How far this has
     * come is stored, and committed with the corrections, so none is made twice.
     */

    private static final Logger LOG = LoggerFactory.getLogger(CorrectPricesProcessor.class);

    // a tick's work must end well before its transaction does, on a machine that is busy, too
    private static final int READ_PER_TICK = 5_000;
    private static final int CORRECTED_PER_TICK = 500;
    private static final int PAGE = 1_000;

    // an entry is written at the time of its usage or later, but not all clocks of all brokers agree
    private static final long MARGIN_MILLIS = 3_600_000;
    private static final long NOT_YET = -1;
    // the table of an instance that has just begun is behind for a moment; after a minute what was changed was
    // withdrawn
    private static final int MOST_TICKS_BEHIND = 60;

    private final Logs logs;
    private long lookedAt = NOT_YET;
    private long newest;
    private long asked;
    private int ticksBehind;
    private @Nullable PriceChanges changes;

    CorrectPricesProcessor(MeteringConfig config, MeterMetrics metrics, Logs logs) {
        super(config, metrics);
        this.logs = logs;
    }

    @Override
    public void process(Record<String, Tick> tick) {
        look();
        PriceProgress progress = books.progress().prices();
        Long changed = tick.value().getPrices();
        // the table may be behind the one of the instance that wrote the tick; then this one asks again
        if (!isUnderWay(progress) && changed != null && changed > progress.getFollowed() && changed <= newest) {
            progress = begin(progress, changed, tick.timestamp());
        }
        if (!isUnderWay(progress)) {
            ask(progress, tick);
        } else if (newest >= progress.getFollowing() || ticksBehind++ >= MOST_TICKS_BEHIND) {
            goOn(progress, tick);
        }
    }

    private static boolean isUnderWay(PriceProgress progress) {
        return progress.getFollowing() > progress.getFollowed();
    }

    private void look() {
        long next = books.catalog().next();
        if (next != lookedAt) {
            newest = 0;
            books.catalog().forEach((id, kept) -> {
                ModelOffer offer = kept.value();
                newest = offer == null ? newest : Math.max(newest, Pricing.newest(offer));
            });
            lookedAt = next;
        }
    }

    private void ask(PriceProgress progress, Record<String, Tick> tick) {
        if (newest > Math.max(progress.getFollowed(), asked)) {
            asked = newest;
            int partition = context().taskId().partition();
            var word = new Tick(partition, newest);
            context().forward(new Record<>(String.valueOf(partition), word, tick.timestamp()), Sinks.TICKS);
        }
    }

    private PriceProgress begin(PriceProgress progress, long to, long at) {
        PriceChanges found = changes(progress.getFollowed(), to);
        long since = found.since(progress.getUnpricedSince(), at);
        if (since == PriceChanges.NEVER) {
            return keep(followed(progress, to), at);
        }
        int partition = context().taskId().partition();
        long first = logs.first(Topics.LEDGER, partition, Math.max(0, since - MARGIN_MILLIS));
        long end = logs.end(Topics.LEDGER, partition);
        LOG.info(
                "partition {}: past prices were changed; ledger offsets {} to {} are looked at", partition, first, end);
        changes = found;
        return keep(
                PriceProgress.newBuilder(progress)
                        .setFollowing(to)
                        .setNext(first)
                        .setUntil(end)
                        .build(),
                at);
    }

    private void goOn(PriceProgress progress, Record<String, Tick> tick) {
        if (changes == null) {
            changes = changes(progress.getFollowed(), progress.getFollowing());
        }
        int partition = context().taskId().partition();
        long next = progress.getNext();
        int read = 0;
        int corrected = 0;
        while (next < progress.getUntil() && read < READ_PER_TICK && corrected < CORRECTED_PER_TICK) {
            List<Entry<LedgerEntry>> page = new ArrayList<>();
            long behind = logs.read(Topics.LEDGER, partition, next, progress.getUntil(), PAGE, page::add);
            if (behind == next) {
                // the rest is not committed yet
                break;
            }
            for (Entry<LedgerEntry> entry : page) {
                if (corrected == CORRECTED_PER_TICK) {
                    behind = entry.offset();
                    break;
                }
                corrected += correct(entry, changes, tick) ? 1 : 0;
            }
            next = behind;
            read += page.size();
        }
        boolean isDone = next >= progress.getUntil();
        PriceProgress reached = PriceProgress.newBuilder(books.progress().prices())
                .setNext(next)
                .build();
        if (isDone) {
            LOG.info("partition {}: the ledger is corrected", partition);
            changes = null;
        }
        keep(isDone ? followed(reached, progress.getFollowing()) : reached, tick.timestamp());
    }

    private boolean correct(Entry<LedgerEntry> written, PriceChanges by, Record<String, Tick> tick) {
        LedgerEntry entry = written.value();
        if (entry == null) {
            return false;
        }
        try {
            return books.correct(entry, written.timestamp(), by, tick.timestamp());
        } catch (Refused e) {
            setAside.send(
                    tick, null, new Refused(e.reason(), entry.getEntryId() + " cannot be corrected: " + e.detail(), e));
            return false;
        }
    }

    private PriceChanges changes(long from, long to) {
        PriceChanges found = new PriceChanges(from, to);
        books.catalog().forEach((id, kept) -> {
            ModelOffer offer = kept.value();
            if (offer != null) {
                found.add(id, offer);
            }
        });
        return found;
    }

    private static PriceProgress followed(PriceProgress progress, long to) {
        return PriceProgress.newBuilder(progress)
                .setFollowed(to)
                .setFollowing(to)
                .build();
    }

    private PriceProgress keep(PriceProgress progress, long at) {
        books.progress().prices(progress);
        books.tellProgress(at);
        return progress;
    }
}
