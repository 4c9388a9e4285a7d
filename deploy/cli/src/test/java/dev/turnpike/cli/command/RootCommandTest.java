package dev.turnpike.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class RootCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                             | name a command; see turnpike --help",
                "nonsense                       | Unmatched argument at index 0: 'nonsense'; see turnpike --help",
                "budget                         | Missing required argument (specify one of these): (TEAM | --org=ORG); see turnpike budget --help",
                "spend --window 1w              | --window=1w: must be 1h or 1d; see turnpike spend --help",
                "spend --by colour              | --by colour: must be of team, user, model, provider, task_type; see turnpike spend --help",
                "spend --from yesterday         | --from=yesterday: must be a date such as 2026-08-06",
                "export focus                   | Missing required option: '--output=FILE'; see turnpike export focus --help",
                "export focus -o bill.xlsx      | bill.xlsx: must end in .csv or .parquet; see turnpike export focus --help",
                "audit --to tomorrow            | --to=tomorrow: must be a date such as 2026-08-06",
                "publish -f x --rate -1         | --rate=-1.0: must be greater than 0; see turnpike publish --help",
                "catalog import x              | Missing required option: '--format=FORMAT'; see turnpike catalog import --help",
                "catalog import x --format yaml | Invalid value for option '--format'",
                "publish -f x --to the-moon     | Invalid value for option '--to'",
            })
    void shouldTellWrongUseInOneLineAndExitWith2(String line, String message) {
        int exit = run(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(exit).isEqualTo(2);
        assertThat(err.toString()).startsWith("turnpike: ").contains(message).hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "apply -f nowhere.yaml                          | nowhere.yaml: there is no such file or folder",
                "publish -f nowhere.jsonl                       | nowhere.jsonl: there is no such file",
                "catalog import nowhere.json --format litellm   | nowhere.json: there is no such file",
                "budget search --bootstrap-servers 127.0.0.1:1  | 127.0.0.1:1: no Kafka broker answers",
                "budget search --config nowhere.properties      | nowhere.properties: cannot be read",
                "audit --data-dir nowhere                       | nowhere: holds no broker",
            })
    void shouldTellAFailureInOneLineAndExitWith1(String line, String message) {
        int exit = run(line.split(" "));

        assertThat(exit).isEqualTo(1);
        assertThat(err.toString()).startsWith("turnpike: ").contains(message).hasLineCount(1);
    }

    @Test
    void shouldHaveHelpForEveryCommand() {
        for (String command : RootCommand.commandLine().getSubcommands().keySet()) {
            assertThat(run(command, "--help")).as(command).isZero();
            assertThat(out.toString()).contains("Usage: turnpike " + command);
        }
    }

    @Test
    void shouldKeepItsHelpWithinTheWidthOfATable() {
        RootCommand.commandLine()
                .getSubcommands()
                .forEach((name, command) -> assertThat(command.getUsageMessage(CommandLine.Help.Ansi.OFF)
                                .lines())
                        .as(name)
                        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100)));
    }

    @Test
    void shouldTellAShellWhichCommandsThereAre() {
        assertThat(run("completion")).isZero();

        assertThat(out.toString())
                .contains("complete -F _complete_turnpike")
                .contains("audit")
                .contains("--data-dir");
    }

    private int run(String... args) {
        return RootCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
