package dev.turnpike.streams;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.jspecify.annotations.Nullable;

/**
 * A key-value store that keeps values as objects, and writes each that changed once per commit.
 *
 * <p>Values must not change once they are put. Threads other than the task's, and queries, see what the last commit wrote.
 */
public final class ObjectCachingStore<K, V> extends WrappedStateStore<KeyValueStore<K, V>, K, V>
        implements KeyValueStore<K, V> {

    /*
     * Kafka's own cache holds bytes: every read of it deserializes and every write serializes, which costs the meter more than
     * all of its arithmetic. This one stands outermost, where values are still objects. It counts on the two things that
     * Kafka Streams does with the caches of its own stores: flushCache() is called before the transaction of a commit ends,
     * and again what is written then is part of that transaction. Both are internal to Kafka Streams, but its own
     * table caches stand and fall with them; CachedStateStore names the contract.
     *
     * A task that fails is closed without a flush, and its transaction aborted: what is only in here is what never happened.
     */

    // a rebuild writes more than memory should hold before its commit
    private static final int MOST_CHANGED = 10_000;

    private final Map<K, Optional<V>> changed = new LinkedHashMap<>();
    private final Map<K, Optional<V>> read;
    private final List<Runnable> beforeCommit = new ArrayList<>();
    private volatile @Nullable Thread owner;

    private ObjectCachingStore(KeyValueStore<K, V> inner, int most) {
        super(inner);
        this.read = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, Optional<V>> eldest) {
                return size() > most;
            }
        };
    }

    /**
     * A store that is one of these around another.
     *
     * @param most how many unchanged values are kept
     */
    public static <K, V> StoreBuilder<KeyValueStore<K, V>> around(StoreBuilder<KeyValueStore<K, V>> inner, int most) {
        return new Builder<>(inner, most);
    }

    /**
     * Has something done before each commit, as part of its transaction; what it forwards comes from the processor whose
     * {@code init} calls this.
     *
     * @param name of any store of this kind that the processor has
     */
    public static void beforeCommit(ProcessorContext<?, ?> context, String name, Runnable action) {
        StateStore store = context.getStateStore(name);
        while (!(store instanceof ObjectCachingStore<?, ?>)) {
            if (!(store instanceof WrappedStateStore<?, ?, ?> wrapper)) {
                throw new IllegalArgumentException(name + ": is not an object-caching store");
            }
            store = wrapper.wrapped();
        }
        InternalProcessorContext<?, ?> internal = (InternalProcessorContext<?, ?>) context;
        ProcessorNode<?, ?, ?, ?> node = internal.currentNode();
        ((ObjectCachingStore<?, ?>) store).beforeCommit.add(() -> {
            ProcessorNode<?, ?, ?, ?> before = internal.currentNode();
            internal.setCurrentNode(node);
            try {
                action.run();
            } finally {
                internal.setCurrentNode(before);
            }
        });
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        super.init(context, root);
        // a task that is revived begins from what is committed, and its processors ask anew
        beforeCommit.clear();
        clearCache();
    }

    @Override
    public @Nullable V get(K key) {
        if (!isOwner()) {
            return wrapped().get(key);
        }
        Optional<V> known = changed.get(key);
        if (known == null) {
            known = read.get(key);
        }
        if (known == null) {
            known = Optional.ofNullable(wrapped().get(key));
            read.put(key, known);
        }
        return known.orElse(null);
    }

    @Override
    public void put(K key, @Nullable V value) {
        owner = Thread.currentThread();
        read.remove(key);
        changed.put(key, Optional.ofNullable(value));
        if (changed.size() >= MOST_CHANGED) {
            write();
        }
    }

    @Override
    public @Nullable V putIfAbsent(K key, V value) {
        V known = get(key);
        if (known == null) {
            put(key, value);
        }
        return known;
    }

    @Override
    public void putAll(List<KeyValue<K, V>> entries) {
        entries.forEach(entry -> put(entry.key, entry.value));
    }

    @Override
    public @Nullable V delete(K key) {
        V known = get(key);
        put(key, null);
        return known;
    }

    @Override
    public KeyValueIterator<K, V> range(K from, K to) {
        return written().range(from, to);
    }

    @Override
    public KeyValueIterator<K, V> reverseRange(K from, K to) {
        return written().reverseRange(from, to);
    }

    @Override
    public KeyValueIterator<K, V> all() {
        return written().all();
    }

    @Override
    public KeyValueIterator<K, V> reverseAll() {
        return written().reverseAll();
    }

    @Override
    public <PS extends Serializer<P>, P> KeyValueIterator<K, V> prefixScan(P prefix, PS prefixKeySerializer) {
        return written().prefixScan(prefix, prefixKeySerializer);
    }

    @Override
    public long approximateNumEntries() {
        return wrapped().approximateNumEntries();
    }

    @Override
    public boolean setFlushListener(CacheFlushListener<K, V> listener, boolean sendOldValues) {
        throw new UnsupportedOperationException(name() + ": is no table; see beforeCommit");
    }

    @Override
    public void flushCache() {
        owner = Thread.currentThread();
        beforeCommit.forEach(Runnable::run);
        write();
        super.flushCache();
    }

    @Override
    public void clearCache() {
        changed.clear();
        read.clear();
        super.clearCache();
    }

    private KeyValueStore<K, V> written() {
        if (isOwner()) {
            write();
        }
        return wrapped();
    }

    private void write() {
        if (changed.isEmpty()) {
            return;
        }
        List<KeyValue<K, V>> entries = new ArrayList<>(changed.size());
        changed.forEach((key, value) -> {
            entries.add(KeyValue.pair(key, value.orElse(null)));
            read.put(key, value);
        });
        changed.clear();
        // one batch: RocksDB is entered once
        wrapped().putAll(entries);
    }

    private boolean isOwner() {
        return Thread.currentThread() == owner;
    }

    private static final class Builder<K, V> implements StoreBuilder<KeyValueStore<K, V>> {

        private final StoreBuilder<KeyValueStore<K, V>> inner;
        private final int most;

        private Builder(StoreBuilder<KeyValueStore<K, V>> inner, int most) {
            this.inner = inner;
            this.most = most;
        }

        @Override
        public StoreBuilder<KeyValueStore<K, V>> withCachingEnabled() {
            throw new UnsupportedOperationException(name() + ": is a cache itself");
        }

        @Override
        public StoreBuilder<KeyValueStore<K, V>> withCachingDisabled() {
            inner.withCachingDisabled();
            return this;
        }

        @Override
        public StoreBuilder<KeyValueStore<K, V>> withLoggingEnabled(Map<String, String> config) {
            inner.withLoggingEnabled(config);
            return this;
        }

        @Override
        public StoreBuilder<KeyValueStore<K, V>> withLoggingDisabled() {
            inner.withLoggingDisabled();
            return this;
        }

        @Override
        public KeyValueStore<K, V> build() {
            return new ObjectCachingStore<>(inner.build(), most);
        }

        @Override
        public Map<String, String> logConfig() {
            return inner.logConfig();
        }

        @Override
        public boolean loggingEnabled() {
            return inner.loggingEnabled();
        }

        @Override
        public String name() {
            return inner.name();
        }
    }
}
