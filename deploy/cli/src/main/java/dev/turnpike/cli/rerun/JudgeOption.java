package dev.turnpike.cli.rerun;

import dev.turnpike.router.decision.Router;
import dev.turnpike.router.decision.TrackRecord;
import dev.turnpike.router.estimate.PromptSuccess;
import dev.turnpike.router.prompt.O200kCounter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The router to decide with, as the running one is configured. */
public final class JudgeOption {

    @Option(
            names = "--estimator",
            paramLabel = "FILE",
            description = "The router's setting router.estimator, if it has one; default the estimator it comes with.")
    @Nullable
    Path estimator;

    /** @throws IllegalArgumentException if the estimator cannot be read */
    public Router router() {
        return new Router(new TrackRecord(judge()), new O200kCounter());
    }

    private PromptSuccess judge() {
        if (estimator == null) {
            return PromptSuccess.shipped();
        }
        try (InputStream file = Files.newInputStream(estimator)) {
            return PromptSuccess.read(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "--estimator=" + estimator + ": must be a file of turnpike train: " + e.getMessage(), e);
        }
    }
}
