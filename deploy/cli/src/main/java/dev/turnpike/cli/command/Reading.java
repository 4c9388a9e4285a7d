package dev.turnpike.cli.command;

import dev.turnpike.cli.log.TopicLog;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command that reads the topics has in common. */
abstract class Reading implements Callable<Integer> {

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Mixin
    Connection connection = new Connection();

    @Option(names = "--json", description = "JSON instead of text.")
    boolean json;

    final InstantSource clock = InstantSource.system();

    @Override
    public final Integer call() {
        check();
        try (TopicLog log = TopicLog.open(connection.cluster())) {
            read(log, spec.commandLine().getOut());
        }
        return 0;
    }

    /** Refuses wrong use before anything is connected to. */
    void check() {}

    abstract void read(TopicLog log, PrintWriter out);
}
