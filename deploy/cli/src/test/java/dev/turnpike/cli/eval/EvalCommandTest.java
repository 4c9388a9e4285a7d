package dev.turnpike.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnpike.router.estimate.PromptSuccess;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class EvalCommandTest {

    private static final String SAMPLE =
            Path.of("src/test/resources/dev/turnpike/cli/eval/gsm8k-sample").toString();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldMeasureTheRouterBesideWhatItIsComparedWith() throws IOException {
        // when
        int exit = run(new EvalCommand(), "--data", SAMPLE, "--folds", "3", "--json");

        // then
        assertThat(exit).as(err.toString()).isZero();
        JsonNode report = new ObjectMapper().readTree(out.toString());
        assertThat(report.path("prompts").asInt()).isEqualTo(150);
        JsonNode pair = report.path("pair");
        assertThat(pair.path("strong").asText()).isEqualTo("gpt-4-1106-preview");
        assertThat(pair.path("policies").findValuesAsText("policy")).containsExactly("router", "random", "oracle");
        assertThat(pair.path("policies").get(2).path("apgr").path("value").asDouble())
                .isGreaterThan(1);
        assertThat(report.path("pool").path("policies").findValuesAsText("policy"))
                .containsExactly("router", "random", "cheapest", "strongest", "mixture of two models", "oracle");
        assertThat(report.path("floors")).hasSize(4);
    }

    @Test
    void shouldPrintTheSameEveryTime() {
        // given
        run(new EvalCommand(), "--data", SAMPLE, "--folds", "2");
        String first = out.toString();

        // when
        out.getBuffer().setLength(0);
        run(new EvalCommand(), "--data", SAMPLE, "--folds", "2");

        // then
        assertThat(out.toString()).isEqualTo(first).contains("gap recovered at calls");
    }

    @Test
    void shouldLearnFromOneFolderAndTestOnAnother() {
        // when
        int exit = run(new EvalCommand(), "--data", SAMPLE, "--train", SAMPLE);

        // then
        assertThat(exit).as(err.toString()).isZero();
        assertThat(out.toString()).contains("learnt from gsm8k-sample");
    }

    @Test
    void shouldRefuseAPairThatIsNotTwoKnownModels() {
        // when / then
        assertThat(run(new EvalCommand(), "--data", SAMPLE, "--pair", "gpt-4-1106-preview"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("must be STRONG,WEAK");
        assertThat(run(new EvalCommand(), "--data", SAMPLE, "--pair", "gpt-4-1106-preview,nobody"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("nobody: not in models.csv");
    }

    @Test
    void shouldWriteWhatItHasLearnt(@TempDir Path folder) throws IOException {
        // given
        Path file = folder.resolve("learnt.bin");

        // when
        int exit = run(new TrainCommand(), "--data", SAMPLE, "--out", file.toString());

        // then
        assertThat(exit).as(err.toString()).isZero();
        assertThat(out.toString()).contains("2 models from 150 prompts");
        try (InputStream in = Files.newInputStream(file)) {
            assertThat(PromptSuccess.read(in).judge("How many eggs?", "gsm8k").shift("gpt-4-1106-preview"))
                    .isBetween(-0.5, 0.5);
        }
    }

    private int run(Object command, String... arguments) {
        CommandLine line = new CommandLine(command);
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        int exit = line.execute(arguments);
        Objects.requireNonNull(line.getOut()).flush();
        return exit;
    }
}
