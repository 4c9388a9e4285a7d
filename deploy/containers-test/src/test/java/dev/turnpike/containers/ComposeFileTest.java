package dev.turnpike.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ComposeFileTest {

    private static final Set<String> ENDS_BY_ITSELF = Set.of("registry-volume", "registry-rules", "init", "turnpike");
    private static final Set<String> TELLS_NOBODY = Set.of("traffic");

    private static ComposeFile file;

    @BeforeAll
    static void read() throws IOException {
        file = ComposeFile.read();
    }

    @Test
    void shouldOpenPortsOnLoopbackOnly() {
        file.services()
                .forEach((name, service) -> assertThat(list(service, "ports"))
                        .as(name)
                        .allSatisfy(port -> assertThat(port).startsWith("127.0.0.1:")));
    }

    @Test
    void shouldNameAVersionOfEveryImage() {
        file.services()
                .forEach((name, service) ->
                        assertThat(file.image(name)).as(name).matches(".+:.+").doesNotEndWith(":latest"));
        assertThat(file.image("kafka")).isEqualTo("apache/kafka:" + System.getProperty("turnpike.kafka.version"));
    }

    @Test
    void shouldBoundMemoryAndSayWhetherAServiceIsWell() {
        file.services().forEach((name, service) -> {
            if (!ENDS_BY_ITSELF.contains(name)) {
                assertThat(service).as(name).containsKey("mem_limit").containsEntry("restart", "unless-stopped");
                assertThat(TELLS_NOBODY.contains(name) || service.containsKey("healthcheck"))
                        .as("%s has a health check", name)
                        .isTrue();
            }
        });
    }

    @Test
    void shouldLetRoutersBeMany() {
        Map<String, Object> router = file.services().get("router");

        assertThat(router).doesNotContainKeys("ports", "container_name");
        assertThat(list(router, "volumes")).as("of each container its own").allMatch(volume -> !volume.contains(":"));
    }

    private static List<String> list(Map<String, Object> service, String key) {
        return service.get(key) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }
}
