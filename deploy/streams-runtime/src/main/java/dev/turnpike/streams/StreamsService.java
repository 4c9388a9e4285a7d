package dev.turnpike.streams;

import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.Topic.Partitioning;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.admin.TopicAdmin;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running Kafka Streams application.
 *
 * <p>A thread that fails is replaced: its transaction is aborted, so nothing of the record that failed has happened, and
 * the record is tried again. {@link #close()} commits and leaves the group.
 */
public final class StreamsService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StreamsService.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
    private static final long RESTART_PAUSE_MILLIS = 500;

    private final KafkaStreams streams;
    private final KafkaStreamsMetrics metrics;

    private StreamsService(KafkaStreams streams, KafkaStreamsMetrics metrics) {
        this.streams = streams;
        this.metrics = metrics;
    }

    /**
     * Verifies the topics an application reads and writes.
     *
     * @return how many partitions the team-keyed topics have
     * @throws IllegalStateException with a line for each topic that is missing or wrong
     */
    public static int checkTopics(StreamsSettings settings, List<Topic<?>> used) {
        Map<String, Object> connection = new HashMap<>(settings.kafka());
        connection.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        try (Admin admin = Admin.create(connection)) {
            List<String> problems = TopicAdmin.check(admin, settings.topicPrefix(), used);
            if (!problems.isEmpty()) {
                throw new IllegalStateException(String.join(System.lineSeparator(), problems));
            }
            // of a topic that it uses: its principal may not know any other
            Topic<?> counted = used.stream()
                    .filter(topic -> topic.partitioning() == Partitioning.BY_TEAM)
                    .findFirst()
                    .orElse(Topics.REQUESTS);
            return TopicAdmin.partitions(admin, settings.topicPrefix(), counted);
        }
    }

    /** Starts a topology; returns at once, while it takes its partitions and restores its stores. */
    public static StreamsService start(StreamsSettings settings, Topology topology, MeterRegistry registry) {
        KafkaStreams streams = new KafkaStreams(topology, settings.properties());
        streams.setUncaughtExceptionHandler(thrown -> {
            Throwable refused = refusal(thrown);
            if (refused == null) {
                LOG.error("{}: a stream thread failed and is replaced", settings.applicationId(), thrown);
            } else {
                // again and again until somebody grants it: one line, and no stack
                LOG.error(
                        "{}: the brokers refuse what must be done: {}; tried again until they allow it",
                        settings.applicationId(),
                        refused.getMessage());
            }
            pause();
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        KafkaStreamsMetrics metrics = new KafkaStreamsMetrics(streams);
        metrics.bindTo(registry);
        streams.start();
        return new StreamsService(streams, metrics);
    }

    /** Whether it processes records. */
    public boolean isReady() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** Whether it will never process records again without a restart of the process. */
    public boolean hasFailed() {
        return streams.state() == KafkaStreams.State.ERROR;
    }

    public KafkaStreams streams() {
        return streams;
    }

    @Override
    public void close() {
        metrics.close();
        if (!streams.close(CLOSE_TIMEOUT)) {
            LOG.warn("the streams application did not end within {}", CLOSE_TIMEOUT);
        }
    }

    private static @Nullable Throwable refusal(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof AuthorizationException || cause instanceof AuthenticationException) {
                return cause;
            }
        }
        return null;
    }

    // keeps a failure that lasts, such as a registry that is down, from filling the log
    private static void pause() {
        try {
            Thread.sleep(RESTART_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
