package dev.turnpike.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A JVM that runs a main class of the tests until it is killed. */
record ChildJvm(Process process) implements AutoCloseable {

    static ChildJvm start(Class<?> main, Object... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Dturnpike.registry.home=" + System.getProperty("turnpike.registry.home"),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        Arrays.stream(args).map(Object::toString).forEach(command::add);
        return new ChildJvm(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** What the child says in its first line that begins with a word. */
    String awaitLine(String word) throws IOException {
        // the child ends its output when it ends, so this cannot wait for ever on a child that failed
        BufferedReader output = process.inputReader();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(word)) {
                return line.substring(word.length()).trim();
            }
        }
        throw new IllegalStateException("the child ended without a line that begins with " + word);
    }

    /** SIGKILL: nothing is flushed, no hook runs. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
