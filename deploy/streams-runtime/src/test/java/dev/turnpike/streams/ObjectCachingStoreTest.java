package dev.turnpike.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectCachingStoreTest {

    private static final String STORE = "sums";

    @TempDir
    Path dir;

    private TopologyTestDriver driver;

    /** Adds each number to the sum of its key, twice in two steps, and tells of it before the commit. Null deletes the sum. */
    private static final class AddTwice extends ContextualProcessor<String, Long, String, Long> {

        private final List<String> changed = new ArrayList<>();
        private KeyValueStore<String, Long> sums;

        @Override
        public void init(ProcessorContext<String, Long> context) {
            super.init(context);
            sums = context.getStateStore(STORE);
            ObjectCachingStore.beforeCommit(context, STORE, () -> {
                changed.forEach(key -> context.forward(new Record<>(key, sums.get(key), 0)));
                changed.clear();
            });
        }

        @Override
        public void process(Record<String, Long> record) {
            if (record.value() == null) {
                assertThat(sums.delete(record.key())).isNotNull();
                assertThat(sums.get(record.key())).isNull();
                return;
            }
            for (int i = 0; i < 2; i++) {
                Long sum = sums.get(record.key());
                sums.put(record.key(), (sum == null ? 0 : sum) + record.value());
            }
            changed.add(record.key());
            changed.add(record.key());
        }
    }

    @BeforeEach
    void start() {
        // one unchanged value is kept, so that others have to be read again
        StoreBuilder<?> builder = ObjectCachingStore.around(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.Long()), 1);
        Topology topology = new Topology();
        topology.addSource("in-source", new StringDeserializer(), new LongDeserializer(), "in");
        topology.addProcessor(
                "add-twice",
                new ProcessorSupplier<String, Long, String, Long>() {
                    @Override
                    public ContextualProcessor<String, Long, String, Long> get() {
                        return new AddTwice();
                    }

                    @Override
                    public Set<StoreBuilder<?>> stores() {
                        return Set.of(builder);
                    }
                },
                "in-source");
        topology.addSink("out-sink", "out", new StringSerializer(), new LongSerializer(), "add-twice");
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:9092");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, dir.toString());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        driver = new TopologyTestDriver(topology, settings);
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    private void pipe(String key, Long value) {
        driver.createInputTopic("in", new StringSerializer(), new LongSerializer())
                .pipeInput(key, value);
    }

    private List<KeyValue<String, Long>> written(String topic) {
        return driver.createOutputTopic(topic, new StringDeserializer(), new LongDeserializer())
                .readKeyValuesToList();
    }

    @Test
    void shouldWriteAValueThatChangedTwiceOnce() {
        pipe("a", 1L);
        pipe("b", 10L);
        pipe("a", 2L);

        assertThat(written("app-sums-changelog"))
                .containsExactly(KeyValue.pair("a", 2L), KeyValue.pair("b", 20L), KeyValue.pair("a", 6L));
    }

    @Test
    void shouldForwardBeforeTheCommitWhatIsStored() {
        pipe("a", 1L);

        assertThat(written("out")).containsExactly(KeyValue.pair("a", 2L), KeyValue.pair("a", 2L));
    }

    @Test
    void shouldForgetWhatIsDeleted() {
        pipe("a", 1L);
        pipe("a", null);
        pipe("a", 5L);

        assertThat(written("app-sums-changelog"))
                .containsExactly(KeyValue.pair("a", 2L), KeyValue.pair("a", null), KeyValue.pair("a", 10L));
    }

    @Test
    void shouldShowOtherThreadsWhatIsCommitted() {
        pipe("a", 1L);
        pipe("b", 2L);

        KeyValueStore<String, Long> store = driver.getKeyValueStore(STORE);

        assertThat(CompletableFuture.supplyAsync(() -> store.get("a")).join()).isEqualTo(2L);
        assertThat(CompletableFuture.supplyAsync(() -> sizeOf(store)).join()).isEqualTo(2);
    }

    private static int sizeOf(KeyValueStore<String, Long> store) {
        int size = 0;
        try (KeyValueIterator<String, Long> all = store.all()) {
            while (all.hasNext()) {
                all.next();
                size++;
            }
        }
        return size;
    }
}
