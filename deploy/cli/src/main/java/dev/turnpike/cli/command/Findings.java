package dev.turnpike.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnpike.cli.audit.Finding;
import dev.turnpike.cli.audit.Report;
import dev.turnpike.cli.text.Times;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** An audit's report for people or programs. */
public record Findings(Report report) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WIDTH = 100;

    public void print(PrintWriter out, boolean json) {
        if (json) {
            out.println(json());
            return;
        }
        out.printf("audit of %s* on %s: %,d records%n", report.prefix(), report.bootstrapServers(), report.records());
        if (report.from() != Long.MIN_VALUE) {
            out.printf(
                    "judged from %s UTC on: what is older is not whole any more, or not asked for%n",
                    Times.second(report.from()));
        }
        if (report.inFlight() > 0) {
            out.printf("%,d inputs were in flight and are not judged%n", report.inFlight());
        }
        out.println();
        lines(out);
        out.println();
        Map<Integer, Boolean> laws =
                report.findings().stream().collect(Collectors.toMap(Finding::law, Finding::holds, Boolean::logicalAnd));
        long holding = laws.values().stream().filter(Boolean::booleanValue).count();
        out.printf("%d of %d laws hold%n", holding, laws.size());
    }

    /** One line for each law, and below it what broke it. */
    void lines(PrintWriter out) {
        for (Finding finding : report.findings()) {
            out.printf("law %d  %-6s  %s%n", finding.law(), finding.holds() ? "holds" : "BROKEN", finding.title());
            wrapped("               ", "               ", finding.counted()).forEach(out::println);
            finding.examples()
                    .forEach(example -> wrapped("             ! ", "               ", example)
                            .forEach(out::println));
            long more = finding.broken() - finding.examples().size();
            if (more > 0) {
                out.printf("             ! and %,d more%n", more);
            }
        }
    }

    private static List<String> wrapped(String first, String next, String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(first);
        for (String word : text.split(" ", -1)) {
            if (line.length() > next.length() && line.length() + word.length() >= WIDTH) {
                lines.add(line.toString().stripTrailing());
                line = new StringBuilder(next);
            }
            line.append(word).append(' ');
        }
        lines.add(line.toString().stripTrailing());
        return lines;
    }

    private String json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("records", report.records());
        object.put("in_flight", report.inFlight());
        List<Map<String, Object>> laws = report.findings().stream()
                .map(finding -> {
                    Map<String, Object> law = new LinkedHashMap<>();
                    law.put("law", finding.law());
                    law.put("title", finding.title());
                    law.put("holds", finding.holds());
                    law.put("counted", finding.counted());
                    law.put("broken", finding.broken());
                    law.put("examples", finding.examples());
                    return law;
                })
                .toList();
        object.put("laws", laws);
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("plain values always have a JSON form", e);
        }
    }
}
