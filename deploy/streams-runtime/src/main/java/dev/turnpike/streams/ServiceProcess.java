package dev.turnpike.streams;

import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process that is one service. */
public final class ServiceProcess {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceProcess.class);

    private ServiceProcess() {}

    /**
     * Starts the service, and ends it in order when the process is told to end. Where it cannot start, what must be changed
     * is told on standard error without a stack, and the process ends with 1.
     *
     * @param starter starts the service and returns what ends it
     */
    public static void run(String name, Starter starter) {
        try {
            Runnable end = starter.start();
            Runtime.getRuntime().addShutdownHook(new Thread(end, "shutdown"));
            LOG.info("{}: started", name);
        } catch (IllegalArgumentException | IllegalStateException | KafkaException e) {
            System.err.println(name + ": " + told(e));
            LOG.debug("{}: not started", name, e);
            System.exit(1);
        } catch (RuntimeException e) {
            LOG.error("{}: not started", name, e);
            // threads that were started already would keep the process alive and of no use
            System.exit(1);
        }
    }

    // Kafka's own words are in the cause
    private static String told(RuntimeException thrown) {
        String message = String.valueOf(thrown.getMessage());
        Throwable cause = thrown.getCause();
        return thrown instanceof KafkaException
                        && cause != null
                        && !message.endsWith(String.valueOf(cause.getMessage()))
                ? message + ": " + cause.getMessage()
                : message;
    }

    /** Starts a service. */
    @FunctionalInterface
    public interface Starter {

        /** @return what ends the service */
        Runnable start();
    }
}
