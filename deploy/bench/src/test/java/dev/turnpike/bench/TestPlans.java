package dev.turnpike.bench;

import dev.turnpike.schemas.event.LlmRequest;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Plans of benchmarks that replay nothing. */
final class TestPlans {

    private TestPlans() {}

    /** @param json where the lines of figures go */
    static Plan of(Size size, OutputStream json) {
        return new Plan(
                size,
                (bootstrapServers, registryUrl, topicsPrefix) -> {},
                new Nothing(),
                new Figures(new PrintStream(json, true, StandardCharsets.UTF_8)),
                line -> {});
    }

    private static final class Nothing implements Recording {

        @Override
        public int size() {
            return 0;
        }

        @Override
        public Duration after(int place) {
            throw new IndexOutOfBoundsException(place);
        }

        @Override
        public LlmRequest request(int number) {
            throw new IndexOutOfBoundsException(number);
        }

        @Override
        public void publishTables(String bootstrapServers, String registryUrl, String topicsPrefix) {}

        @Override
        public List<String> providers() {
            return List.of();
        }
    }
}
