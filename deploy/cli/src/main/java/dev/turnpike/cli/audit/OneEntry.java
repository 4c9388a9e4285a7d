package dev.turnpike.cli.audit;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.event.LedgerEntry;

/** Law 4: one ledger entry per team, source and usage id within the horizon; corrections name the entry they correct. */
final class OneEntry extends Law {

    private final RecentIds usages;
    private final RecentIds entryIds;
    private long booked;
    private long estimates;
    private long corrections;
    private long unknown;

    OneEntry(Cut cut, long horizonMillis) {
        super(4, "one ledger entry per usage", cut);
        usages = new RecentIds(horizonMillis);
        entryIds = new RecentIds(horizonMillis);
    }

    @Override
    void ledger(Entry<LedgerEntry> entry) {
        LedgerEntry value = entry.value();
        String what = "team " + value.getTeam() + ", " + value.getSource() + " usage " + value.getUsageId();
        Id entryId = Id.of(value.getEntryId());
        long sameId = entryIds.get(entryId, entry.timestamp());
        if (sameId != RecentIds.UNKNOWN) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": " + what + ": entry " + value.getEntryId() + " is at "
                            + Place.unpacked(entry.topic(), sameId) + " already");
        }
        entryIds.add(entryId, entry.timestamp(), Place.packed(entry));
        if (value.getKind().equals("correction")) {
            corrections++;
            check(entry, what);
            return;
        }
        if (value.getKind().equals("estimate")) {
            estimates++;
        } else {
            booked++;
        }
        Id usage = Id.of(value.getTeam(), value.getSource(), value.getUsageId());
        long earlier = usages.get(usage, entry.timestamp());
        if (earlier != RecentIds.UNKNOWN) {
            broken(
                    entry.timestamp(),
                    entry.place() + ": " + what + " was booked already at " + Place.unpacked(entry.topic(), earlier));
        }
        usages.add(usage, entry.timestamp(), Place.packed(entry));
    }

    private void check(Entry<LedgerEntry> entry, String what) {
        String corrects = entry.value().getCorrects();
        if (corrects == null) {
            broken(entry.timestamp(), entry.place() + ": " + what + ": a correction that names no entry");
        } else if (!entryIds.contains(Id.of(corrects), entry.timestamp())) {
            // the entry may be older than ids are remembered
            unknown++;
        }
    }

    @Override
    String counted() {
        return count(booked, "usage", "usages") + ", " + count(estimates, "estimate", "estimates") + ", "
                + count(corrections, "correction", "corrections")
                + (unknown == 0 ? "" : " (" + unknown + " of older entries)");
    }
}
