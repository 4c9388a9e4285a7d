package dev.turnpike.cli;

import dev.turnpike.cli.command.RootCommand;

/** The {@code turnpike} command. */
public final class Turnpike {

    private Turnpike() {}

    public static void main(String[] args) {
        System.exit(RootCommand.commandLine().execute(args));
    }
}
