package dev.turnpike.cli.command;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = "Prints what makes bash or zsh complete commands and options: source <(turnpike completion).")
final class CompletionCommand implements Runnable {

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        spec.commandLine().getOut().print(AutoComplete.bash("turnpike", RootCommand.commandLine()));
        spec.commandLine().getOut().flush();
    }
}
