package dev.turnpike.sink.provider;

import dev.turnpike.sink.SinkSettings;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/**
 * Executes the dispatches of {@code llm.dispatches}.
 *
 * <p>It refuses to start unless its own settings say {@code consumer.override.isolation.level=read_committed}: the effective
 * setting of the worker's consumer cannot be seen from a connector, but an override in the connector's settings wins over
 * the worker's, and a worker that forbids overrides refuses the connector.
 */
public class ProviderSinkConnector extends SinkConnector {

    private Map<String, String> settings = Map.of();

    @Override
    public void start(Map<String, String> props) {
        ProviderSinkConfig.of(props);
        settings = Map.copyOf(props);
    }

    @Override
    public Class<? extends Task> taskClass() {
        return ProviderSinkTask.class;
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
        return ProviderSinkConfig.definition(Map.of());
    }

    @Override
    public Config validate(Map<String, String> props) {
        return new Config(ProviderSinkConfig.definition(props).validate(props));
    }

    @Override
    public String version() {
        return SinkSettings.version(ProviderSinkConnector.class);
    }
}
