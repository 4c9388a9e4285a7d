package dev.turnpike.sink.provider;

import dev.turnpike.schemas.serde.EventSerdes;
import dev.turnpike.sink.SinkSettings;
import dev.turnpike.sink.provider.call.Provider;
import dev.turnpike.sink.provider.call.ProviderSettings;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;

/** Executes the dispatches of the partitions that are assigned to it. */
public class ProviderSinkTask extends SinkTask {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    // a dead executor's open transaction hides everything behind it from readers until it times out
    private static final int TRANSACTION_TIMEOUT_MS = 10_000;
    private static final int MOST_BYTES = 1 << 20;

    private final InstantSource clock;
    private @Nullable Partitions partitions;
    private @Nullable ExecutorService httpThreads;
    private @Nullable MetricsEndpoint metrics;
    private @Nullable CancellationReader cancellationReader;

    public ProviderSinkTask() {
        this(InstantSource.system());
    }

    /** With a clock that tells the deadlines; it may be wrong. */
    protected ProviderSinkTask(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void start(Map<String, String> props) {
        ProviderSinkConfig config = ProviderSinkConfig.of(props);
        Events events =
                new Events(new EventSerdes(config.all()), config.topicsPrefix(), config.name(), mostBytes(config));
        ExecutorService threads = Executors.newFixedThreadPool(config.httpThreads(), task -> {
            Thread thread = new Thread(task, "provider-sink-http");
            thread.setDaemon(true);
            return thread;
        });
        httpThreads = threads;
        if (config.metricsListen() != null) {
            metrics = MetricsEndpoint.open(config.metricsListen());
        }
        Map<String, Provider> providers = providers(config, threads);
        ReadBack readBack = new ReadBack(config, events);
        Cancellations cancellations = new Cancellations();
        CancellationReader cancellationReader = CancellationReader.start(config, events, cancellations);
        this.cancellationReader = cancellationReader;
        partitions = new Partitions(
                events,
                partition -> new PartitionExecutor(
                        partition,
                        config.terms(),
                        providers,
                        events,
                        SinkMetrics.OF_PROCESS,
                        new Journal(producer(config, partition)),
                        (number, since) -> {
                            cancellationReader.catchUp();
                            return readBack.read(number, since);
                        },
                        cancellations,
                        clock),
                config.mostUnfinished(),
                config.grace(),
                clock);
    }

    @Override
    public void open(Collection<TopicPartition> assigned) {
        partitions().open(assigned);
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        records.forEach(partitions()::execute);
        partitions().holdBack(context);
        partitions().replaceStopped(context);
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> consumed) {
        return partitions().finished();
    }

    @Override
    public void close(Collection<TopicPartition> revoked) {
        partitions().close(revoked);
    }

    @Override
    public void stop() {
        if (partitions != null) {
            partitions.close();
        }
        if (cancellationReader != null) {
            cancellationReader.close();
        }
        if (httpThreads != null) {
            httpThreads.shutdown();
        }
        if (metrics != null) {
            metrics.close();
        }
    }

    @Override
    public String version() {
        return SinkSettings.version(ProviderSinkTask.class);
    }

    private Partitions partitions() {
        if (partitions == null) {
            throw new IllegalStateException("the task was not started");
        }
        return partitions;
    }

    private Map<String, Provider> providers(ProviderSinkConfig config, ExecutorService threads) {
        HttpClient http = HttpClient.newBuilder()
                // a connection for each open call: HTTP/2 shares one among a limited number
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .executor(threads)
                .build();
        Map<String, Provider> providers = new HashMap<>();
        for (ProviderSettings settings : config.providers()) {
            providers.put(settings.name(), new Provider(settings, http, clock, SinkMetrics.OF_PROCESS.calls()));
        }
        return Map.copyOf(providers);
    }

    private static Producer<byte[], byte[]> producer(ProviderSinkConfig config, int partition) {
        Map<String, Object> own = new HashMap<>();
        own.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, config.name() + "-" + partition);
        own.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        own.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        own.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        return new KafkaProducer<>(config.client(own), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static int mostBytes(ProviderSinkConfig config) {
        String most = config.kafka().get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
        return most == null ? MOST_BYTES : Integer.parseInt(most.trim());
    }
}
