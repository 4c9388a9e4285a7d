package dev.turnpike.streams;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/**
 * One memory for all local stores of this process, however many partitions it owns: what is read of files, their indexes and
 * filters, and what is not yet in a file. Kafka Streams would give each store about 100 MB of its own.
 */
public final class SharedStateMemory implements RocksDBConfigSetter {

    /** The key of how many megabytes there are; the first store that is opened in the process decides. */
    static final String MEGABYTES = "turnpike.state.memory.mb";

    private static final long MEGABYTE = 1L << 20;
    // two stores can then be filled while one is written
    private static final int WRITE_BUFFERS = 3;
    private static final long WRITE_BUFFER = 8 * MEGABYTE;

    private static @Nullable Memory memory;

    private record Memory(Cache cache, WriteBufferManager writeBuffers) {}

    @Override
    public void setConfig(String store, Options options, Map<String, Object> configs) {
        Memory shared = shared(Long.parseLong(String.valueOf(configs.get(MEGABYTES))) * MEGABYTE);
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(shared.cache);
        table.setCacheIndexAndFilterBlocks(true);
        table.setPinTopLevelIndexAndFilter(true);
        options.setTableFormatConfig(table);
        options.setWriteBufferManager(shared.writeBuffers);
        options.setWriteBufferSize(WRITE_BUFFER);
        options.setMaxWriteBufferNumber(WRITE_BUFFERS);
    }

    /** What is shared outlives each store. */
    @Override
    public void close(String store, Options options) {}

    private static synchronized Memory shared(long bytes) {
        Memory known = memory;
        if (known == null) {
            Cache cache = new LRUCache(bytes);
            // what is not yet in a file is charged to the cache, half of it at most
            known = new Memory(cache, new WriteBufferManager(bytes / 2, cache));
            memory = known;
        }
        return known;
    }
}
