package dev.turnpike.gateway;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Every line that is logged in this JVM meanwhile, with its arguments, its key-value pairs and its stack trace. */
final class Logged extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final JsonEncoder encoder = new JsonEncoder();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger ours = (Logger) LoggerFactory.getLogger("dev.turnpike");

    private Logged() {}

    /** @param level from which on our own classes log */
    static Logged from(Level level) {
        Logged logged = new Logged();
        logged.setContext(logged.root.getLoggerContext());
        logged.encoder.setContext(logged.root.getLoggerContext());
        logged.encoder.setWithFormattedMessage(true);
        logged.encoder.start();
        logged.start();
        logged.ours.setLevel(level);
        logged.root.addAppender(logged);
        return logged;
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        root.detachAppender(this);
        ours.setLevel(null);
    }

    @Override
    protected void append(ILoggingEvent event) {
        lines.add(new String(encoder.encode(event), StandardCharsets.UTF_8));
    }
}
