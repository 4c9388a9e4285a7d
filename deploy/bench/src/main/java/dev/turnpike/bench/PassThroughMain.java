package dev.turnpike.bench;

import dev.turnpike.schemas.Settings;
import dev.turnpike.streams.ServiceProcess;
import dev.turnpike.streams.StreamsSettings;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The baseline: a Kafka Streams application with our settings that writes what it reads, as bytes, to one other topic.
 *
 * <p>Settings beside those of every stream application: {@code inputs} and {@code output} (topics by their full names),
 * {@code updates} (how many values of {@code value.bytes} each record reads and writes again in a persistent, cached, logged
 * store), {@code puts} (how many new keys it writes in another one that is not cached).
 */
public final class PassThroughMain {

    private static final String UPDATED = "updated";
    private static final String WRITTEN = "written";

    private PassThroughMain() {}

    public static void main(String[] args) {
        ServiceProcess.run("pass-through", () -> start(Settings.load(Map.of(), Path.of(args[0]))));
    }

    private static Runnable start(Settings settings) {
        StreamsSettings streams = StreamsSettings.of(settings, "pass-through");
        KafkaStreams running = new KafkaStreams(topology(settings, streams), streams.properties());
        running.start();
        return running::close;
    }

    private static Topology topology(Settings settings, StreamsSettings streams) {
        int updates = settings.integer("updates", 0, 0, 100);
        int puts = settings.integer("puts", 0, 0, 100);
        int bytes = settings.integer("value.bytes", 100, 1, 10_000);
        Topology topology = new Topology(streams.topologyConfig());
        topology.addSource(
                        "in",
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        settings.required("inputs").split(",", -1))
                .addProcessor("pass", () -> new Pass(updates, puts, new byte[bytes]), "in")
                .addSink(
                        "out",
                        settings.required("output"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer(),
                        "pass");
        if (updates > 0) {
            topology.addStateStore(
                    Stores.keyValueStoreBuilder(
                                    Stores.persistentKeyValueStore(UPDATED), Serdes.Bytes(), Serdes.ByteArray())
                            .withCachingEnabled(),
                    "pass");
        }
        if (puts > 0) {
            topology.addStateStore(
                    Stores.keyValueStoreBuilder(
                            Stores.persistentKeyValueStore(WRITTEN), Serdes.Bytes(), Serdes.ByteArray()),
                    "pass");
        }
        return topology;
    }

    private static final class Pass extends ContextualProcessor<byte[], byte[], byte[], byte[]> {

        private final int updates;
        private final int puts;
        private final byte[] value;
        private @Nullable KeyValueStore<Bytes, byte[]> updated;
        private @Nullable KeyValueStore<Bytes, byte[]> written;
        private long number;

        private Pass(int updates, int puts, byte[] value) {
            this.updates = updates;
            this.puts = puts;
            this.value = value;
        }

        @Override
        public void init(ProcessorContext<byte[], byte[]> context) {
            super.init(context);
            updated = updates > 0 ? context.getStateStore(UPDATED) : null;
            written = puts > 0 ? context.getStateStore(WRITTEN) : null;
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            if (updated != null) {
                for (int i = 0; i < updates; i++) {
                    Bytes key = key(record.key(), i, 0);
                    byte[] before = updated.get(key);
                    updated.put(key, before == null ? value : before);
                }
            }
            if (written != null) {
                for (int i = 0; i < puts; i++) {
                    Bytes key = key(record.key(), i, ++number);
                    if (written.get(key) == null) {
                        written.put(key, value);
                    }
                }
            }
            context().forward(record);
        }

        private static Bytes key(byte[] team, int which, long number) {
            return Bytes.wrap(ByteBuffer.allocate(team.length + Integer.BYTES + Long.BYTES)
                    .put(team)
                    .putInt(which)
                    .putLong(number)
                    .array());
        }
    }
}
