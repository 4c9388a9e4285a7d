package dev.turnpike.cli.focus;

import java.io.Closeable;
import java.io.IOException;

/** Where rows are written, one after the other. */
interface FocusFile extends Closeable {

    void write(Row row) throws IOException;
}
