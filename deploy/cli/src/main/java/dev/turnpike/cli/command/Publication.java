package dev.turnpike.cli.command;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.Documents;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.document.Change;
import dev.turnpike.document.Document;
import dev.turnpike.document.Published;
import dev.turnpike.metering.pricing.PriceChanges;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.event.ModelOffer;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Publishes documents and says what that changes.
 *
 * @param dryRun whether to stop before publishing
 */
record Publication(Cluster cluster, TopicLog log, boolean dryRun) {

    private static final int NAMED = 3;
    private static final long MILLIS_PER_DAY = Duration.ofDays(1).toMillis();

    /** Puts documents in force beside what is published, or with {@code prune} instead of it. */
    void of(Published published, List<Document> documents, boolean prune, PrintWriter out) {
        Instant now = Instant.now();
        List<Change> changes = published.changes(documents, prune, now);
        print(out, changes, now.toEpochMilli());
        warn(out, changes);
        long changed = changes.stream().filter(change -> change.sign() != '=').count();
        long unchanged = changes.size() - changed;
        if (dryRun) {
            out.printf("%d would change, %d are as they are published; nothing was published%n", changed, unchanged);
            return;
        }
        if (changed > 0) {
            Documents.publish(cluster, log.serdes(), changes);
        }
        out.printf("%d published, %d unchanged%n", changed, unchanged);
    }

    private static void print(PrintWriter out, List<Change> changes, long now) {
        for (Change change : changes) {
            if (change.sign() != '=') {
                out.printf("%c %s%n", change.sign(), change.document());
                change.details().forEach(detail -> out.println("    " + detail));
                long since = correctedSince(change, now);
                if (since != PriceChanges.NEVER) {
                    long days = (now - since + MILLIS_PER_DAY - 1) / MILLIS_PER_DAY;
                    out.printf(
                            "    corrects %d %s of usage, since %s%n",
                            days, days == 1 ? "day" : "days", Instant.ofEpochMilli(since));
                }
            }
        }
    }

    /** What is in order and yet likely to surprise: an offer of unknown quality refuses whoever leaves the choice. */
    private static void warn(PrintWriter out, List<Change> changes) {
        List<String> unknown = changes.stream()
                .filter(change -> change.sign() == '+' || change.sign() == '~')
                .map(Change::document)
                .filter(document -> document.value() instanceof ModelOffer offer
                        && offer.getStatus().equals("active")
                        && offer.getQuality().isEmpty())
                .map(Document::key)
                .toList();
        if (!unknown.isEmpty()) {
            out.printf(
                    "warning: %s %s no quality and will not be chosen for model auto, only where named, until outcomes"
                            + " tell it; to have it chosen, add a score such as quality: {\"*\": 0.8}%n",
                    named(unknown), unknown.size() == 1 ? "has" : "have");
        }
    }

    private static String named(List<String> offers) {
        String first = String.join(", ", offers.subList(0, Math.min(NAMED, offers.size())));
        return offers.size() <= NAMED ? first : first + " and " + (offers.size() - NAMED) + " more";
    }

    /** Since when usage has been booked by prices that a change replaces; {@link PriceChanges#NEVER} where it replaces none. */
    private static long correctedSince(Change change, long now) {
        if (change.sign() != '~' || !(change.document().value() instanceof ModelOffer offer)) {
            return PriceChanges.NEVER;
        }
        long recorded = Pricing.newest(offer);
        PriceChanges changes = new PriceChanges(recorded < now ? recorded : recorded - 1, recorded);
        changes.add(change.document().key(), offer);
        return changes.since(PriceChanges.NEVER, now);
    }
}
