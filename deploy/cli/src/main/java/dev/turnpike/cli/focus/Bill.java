package dev.turnpike.cli.focus;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.event.LedgerEntry;
import dev.turnpike.schemas.event.ModelOffer;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A file with the rows of ledger entries, which is there only once it is whole: a row that breaks a rule of FOCUS, or rows that do not
 * add up to their entry, leave none.
 */
public final class Bill implements Closeable {

    private final Path path;
    private final Path partial;
    private final FocusFile file;
    private final Charges charges;
    private long rows;
    private long entries;
    private long corrections;
    private long unpriced;
    private long estimated;
    private long nanoUsd;

    private Bill(Path path, Path partial, FocusFile file, Charges charges) {
        this.path = path;
        this.partial = partial;
        this.file = file;
        this.charges = charges;
    }

    /**
     * Begins a file.
     *
     * @param account what the whole bill is for
     * @param offers with every price that entries may name
     * @throws IllegalArgumentException if the name is not that of a file this can write
     */
    public static Bill begin(Path path, String account, Collection<ModelOffer> offers) {
        check(path);
        Path partial = path.resolveSibling(path.getFileName() + ".part");
        try {
            Files.deleteIfExists(partial);
            FocusFile file = isParquet(path) ? new ParquetFile(partial) : new CsvFile(partial);
            return new Bill(path, partial, file, new Charges(account, offers));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(path + ": its folder does not exist", e);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be written: " + e, e);
        }
    }

    /** @throws IllegalArgumentException if the name is neither that of a CSV nor of a Parquet file */
    public static void check(Path path) {
        if (!isParquet(path) && !path.toString().toLowerCase(Locale.ROOT).endsWith(".csv")) {
            throw new IllegalArgumentException(path + ": must end in .csv or .parquet");
        }
    }

    private static boolean isParquet(Path path) {
        return path.toString().toLowerCase(Locale.ROOT).endsWith(".parquet");
    }

    /** The version of FOCUS that is written. */
    public static String version() {
        return Column.VERSION;
    }

    /** @throws IllegalStateException if a row of the entry breaks a rule, or the rows do not add up to it */
    public void add(Entry<LedgerEntry> booked) {
        LedgerEntry entry = booked.value();
        List<Row> made = charges.of(entry, booked.timestamp());
        BigDecimal sum = BigDecimal.ZERO;
        for (Row row : made) {
            List<String> broken = Rules.broken(row);
            if (!broken.isEmpty()) {
                throw new IllegalStateException(
                        booked.place() + ": ledger entry " + entry.getEntryId() + ": " + String.join("; ", broken));
            }
            sum = sum.add(Objects.requireNonNull(row.decimal(Column.EFFECTIVE_COST)));
        }
        long cost = entry.getAmount().getNanoUsd();
        if (sum.compareTo(BigDecimal.valueOf(cost, 9)) != 0) {
            throw new IllegalStateException(booked.place() + ": ledger entry " + entry.getEntryId()
                    + ": its rows add up to " + sum + " and not to " + BigDecimal.valueOf(cost, 9));
        }
        write(made);
        entries++;
        corrections += entry.getCorrects() == null ? 0 : 1;
        unpriced += entry.getUnpriced() ? 1 : 0;
        estimated += entry.getStatus().equals("estimated") ? 1 : 0;
        nanoUsd = Math.addExact(nanoUsd, cost);
    }

    private void write(List<Row> made) {
        try {
            for (Row row : made) {
                file.write(row);
                rows++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be written: " + e, e);
        }
    }

    /** Puts the file where it belongs; one that was there is replaced. */
    public void finish() {
        try {
            file.close();
            Files.move(partial, path, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be written: " + e, e);
        }
    }

    public long rows() {
        return rows;
    }

    public long entries() {
        return entries;
    }

    /** How many of the entries correct others. */
    public long corrections() {
        return corrections;
    }

    /** How many of the entries had no price when they were written. */
    public long unpriced() {
        return unpriced;
    }

    /** How many of the entries are estimates, or corrections of such. */
    public long estimated() {
        return estimated;
    }

    /** What all of it costs, nano-dollars. */
    public long nanoUsd() {
        return nanoUsd;
    }

    /** Leaves nothing behind that was not finished. */
    @Override
    public void close() throws IOException {
        if (Files.exists(partial)) {
            file.close();
            Files.deleteIfExists(partial);
        }
    }
}
