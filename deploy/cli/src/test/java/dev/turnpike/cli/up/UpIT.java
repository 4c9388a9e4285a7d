package dev.turnpike.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cli.command.RootCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command, a little shorter, and then once more on the same data. */
class UpIT {

    @TempDir
    Path data;

    @Test
    void shouldShowEveryEventKeepEveryLawAndGoOnWhereItStopped() {
        String first = up("--for", "30s", "--rate", "2");

        // what each team's budgets are there to show
        assertThat(first)
                .containsPattern("routed .* of search: .*cheapest per completed task")
                .containsPattern("downgraded .* of support: .* instead of .*")
                .containsPattern("rejected .* of research: budget research-hour .* try again at ")
                .containsPattern("rejected .* of platform: budget per-employee for user ann .* of \\$200.00")
                .containsPattern("rejected .* of skunkworks: .* has no policy")
                // how far it gets depends on the machine: holds that stay open longer make cheaper models serve sooner
                .containsPattern("alert .*support-day.* past 50 %")
                .containsPattern("alert .*support-day: burns [\\d.]+ times as fast as it lasts and runs out at 2")
                .containsPattern("OPENAI_BASE_URL=http://127.0.0.1:\\d+/v1 OPENAI_API_KEY=tp-[a-z2-7]{32}")
                .contains("invalid in llm.requests 1")
                .contains("unreadable in llm.requests 1");
        assertThat(data.resolve("turnpike.log"))
                .content()
                .isNotBlank()
                .as("a part of a prompt in the log")
                .doesNotContainPattern("((the|and|for|new|int|map|get|put|try|var|key|set) ){5}");
        assertThat(laws(first)).hasSize(9).allMatch(line -> line.contains("holds"));
        assertThat(count(first, "published")).isEqualTo(count(first, "decided")).isGreaterThan(100);
        assertThat(number(first, "finished +([\\d,]+)")).isEqualTo(number(first, "dispatched +([\\d,]+)  \\("));

        String second = up("--for", "5s");

        assertThat(second).contains("$0.00 of usage that did not come through Turnpike");
        assertThat(laws(second)).hasSize(9).allMatch(line -> line.contains("holds"));
        long decidedInAll = number(second, "law 1 .*\\n *([\\d,]+) decisions");
        assertThat(decidedInAll).isEqualTo(count(first, "decided") + count(second, "decided"));
    }

    private String up(String... more) {
        List<String> args = new ArrayList<>(List.of(
                "up", "--data-dir", data.toString(), "--port", "0", "--kafka-port", "0", "--registry-port", "0"));
        args.addAll(List.of(more));
        StringWriter output = new StringWriter();
        int exit = RootCommand.commandLine()
                .setOut(new PrintWriter(output))
                .setErr(new PrintWriter(output))
                .execute(args.toArray(String[]::new));
        assertThat(exit).as(output.toString()).isZero();
        return output.toString();
    }

    private static List<String> laws(String output) {
        return output.lines()
                .map(String::strip)
                .filter(line -> line.matches("law \\d +(holds|BROKEN) .*"))
                .toList();
    }

    private static long count(String output, String what) {
        return number(output, "requests +.*?([\\d,]+) " + what);
    }

    private static long number(String output, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(output.substring(output.indexOf("auditing the log")));
        assertThat(matcher.find()).as("%s in %s", pattern, output).isTrue();
        return Long.parseLong(matcher.group(1).replace(",", ""));
    }
}
