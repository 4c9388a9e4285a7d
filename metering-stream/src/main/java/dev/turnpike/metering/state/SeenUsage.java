package dev.turnpike.metering.state;

import dev.turnpike.schemas.event.UsageReport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/** The usage ids of the horizon, as the first 16 bytes of their SHA-256: enough that two of them never meet. */
public final class SeenUsage {

    private static final int BYTES = 16;
    private static final byte[] NOTHING = {};

    private final WindowStore<Bytes, byte[]> store;
    private final long horizonMillis;
    private final MessageDigest digest;

    public SeenUsage(WindowStore<Bytes, byte[]> store, Duration horizon) {
        this.store = store;
        this.horizonMillis = horizon.toMillis();
        this.digest = sha256();
    }

    public boolean contains(UsageReport report, long at) {
        // a moved record can come after a newer one
        try (WindowStoreIterator<byte[]> found =
                store.fetch(hash(report), Math.max(0, at - horizonMillis), at + horizonMillis)) {
            return found.hasNext();
        }
    }

    public void add(UsageReport report, long at) {
        add(hash(report), at);
    }

    /** @param hash of a report's team, source and usage id */
    public void add(Bytes hash, long at) {
        store.put(hash, NOTHING, at);
    }

    private Bytes hash(UsageReport report) {
        return hash(report.getTeam(), report.getSource(), report.getUsageId());
    }

    /** Stands for a usage report of a team. */
    public Bytes hash(String team, String source, String usageId) {
        digest.reset();
        for (String part : new String[] {team, source, usageId}) {
            byte[] text = part.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(text.length).flip());
            digest.update(text);
        }
        return Bytes.wrap(Arrays.copyOf(digest.digest(), BYTES));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
