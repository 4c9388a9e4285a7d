package dev.turnpike.cli.focus;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Rows as comma separated values (RFC 4180) in UTF-8, under a line with the names of the columns; null is nothing between two commas. */
final class CsvFile implements FocusFile {

    private static final String END = "\r\n";

    private final BufferedWriter out;

    CsvFile(Path path) throws IOException {
        this.out = Files.newBufferedWriter(path);
        out.write(Arrays.stream(Column.values()).map(Column::label).collect(Collectors.joining(",")));
        out.write(END);
    }

    @Override
    public void write(Row row) throws IOException {
        String separator = "";
        for (Column column : Column.values()) {
            out.write(separator);
            out.write(quoted(row.text(column)));
            separator = ",";
        }
        out.write(END);
    }

    private static String quoted(String text) {
        boolean isPlain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return isPlain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
