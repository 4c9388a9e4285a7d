package dev.turnpike.cli.command;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.AuthorizationException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** What people see when a command fails: one line, and an exit code that tells wrong use from everything else. */
final class Failure {

    private Failure() {}

    static int wrongUse(ParameterException thrown, String[] args) {
        CommandLine command = thrown.getCommandLine();
        command.getErr()
                .println("turnpike: " + line(thrown).replaceFirst("^Error: ", "") + "; see "
                        + command.getCommandSpec().qualifiedName() + " --help");
        return CommandLine.ExitCode.USAGE;
    }

    static int failed(Exception thrown, CommandLine command, ParseResult parsed) {
        command.getErr().println("turnpike: " + line(thrown));
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String line(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        String line = message == null || message.isBlank()
                ? cause.getClass().getSimpleName()
                : message.strip().replaceAll("\\s*\\R\\s*", "; ");
        return isForbidden(cause)
                ? line + "; this principal lacks the right (turnpike topics acls says what each role has)"
                : line;
    }

    private static boolean isForbidden(Throwable thrown) {
        return thrown instanceof AuthorizationException || thrown.getCause() instanceof AuthorizationException;
    }
}
