package dev.turnpike.sink.webhook;

import dev.turnpike.sink.SinkSettings;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/**
 * Takes the alerts of {@code llm.alerts} to one webhook. Each webhook is a connector of its own, so that none waits for
 * another.
 */
public final class WebhookSinkConnector extends SinkConnector {

    private Map<String, String> settings = Map.of();

    @Override
    public void start(Map<String, String> props) {
        WebhookSinkConfig.of(props);
        settings = Map.copyOf(props);
    }

    @Override
    public Class<? extends Task> taskClass() {
        return WebhookSinkTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        return Collections.nCopies(maxTasks, settings);
    }

    @Override
    public void stop() {
        // the tasks do all the work
    }

    @Override
    public ConfigDef config() {
        return WebhookSinkConfig.DEFINITION;
    }

    @Override
    public String version() {
        return SinkSettings.version(WebhookSinkConnector.class);
    }
}
