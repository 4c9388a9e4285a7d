package dev.turnpike.cli.command;

import dev.turnpike.cli.eval.EvalCommand;
import dev.turnpike.cli.eval.TrainCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code turnpike} itself, with everything below it. */
@Command(
        name = "turnpike",
        description = "An event-driven control plane between an organisation and its language models.",
        scope = CommandLine.ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = RootCommand.Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        subcommands = {
            UpCommand.class,
            RouterCommand.class,
            MeterCommand.class,
            GatewayCommand.class,
            DemoCommand.class,
            TopicsCommand.class,
            ApplyCommand.class,
            PublishCommand.class,
            BudgetCommand.class,
            SpendCommand.class,
            ModelsCommand.class,
            AlertsCommand.class,
            ExplainCommand.class,
            PolicyCommand.class,
            CatalogCommand.class,
            KeysCommand.class,
            ExportCommand.class,
            AuditCommand.class,
            ReplayCommand.class,
            BenchCommand.class,
            EvalCommand.class,
            TrainCommand.class,
            CompletionCommand.class,
        })
public final class RootCommand implements Runnable {

    @Spec
    CommandSpec spec = CommandSpec.create();

    private RootCommand() {}

    /** The command line, ready to execute; it returns the exit code and throws nothing. */
    public static CommandLine commandLine() {
        return new CommandLine(new RootCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.AUTO))
                .setParameterExceptionHandler(Failure::wrongUse)
                .setExecutionExceptionHandler(Failure::failed);
    }

    /** As the manifest of the jar says. */
    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = RootCommand.class.getPackage().getImplementationVersion();
            return new String[] {"turnpike " + (version == null ? "(not packaged)" : version)};
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }
}
