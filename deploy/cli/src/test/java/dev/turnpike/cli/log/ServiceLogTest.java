package dev.turnpike.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The log of a service in a container. */
class ServiceLogTest {

    @Test
    void shouldBeLinesOfTextUnlessToldOtherwise() throws Exception {
        assertThat(logged(null)).matches("\\S+Z WARN  Door request r1 waits\\s+");
    }

    @Test
    void shouldBeAnObjectALineWithTheRequestItConcerns() throws Exception {
        String line = logged("json");

        JsonNode event = new ObjectMapper().readTree(line);
        assertThat(line.strip()).hasLineCount(1);
        assertThat(event.path("level").asText()).isEqualTo("WARN");
        assertThat(event.path("formattedMessage").asText()).isEqualTo("request r1 waits");
        assertThat(event.at("/kvpList/0/request_id").asText()).isEqualTo("r1");
        assertThat(event.path("timestamp").asLong()).isPositive();
    }

    private static String logged(String format) throws Exception {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        if (format != null) {
            context.putProperty("TURNPIKE_LOG_FORMAT", format);
        }
        PrintStream console = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            JoranConfigurator configurator = new JoranConfigurator();
            configurator.setContext(context);
            configurator.doConfigure("../compose/turnpike/logback.xml");
            context.getLogger("dev.turnpike.Door")
                    .atWarn()
                    .addKeyValue("request_id", "r1")
                    .log("request {} waits", "r1");
        } finally {
            System.setOut(console);
            context.stop();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
