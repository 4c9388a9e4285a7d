package dev.turnpike.cli.rerun;

import dev.turnpike.router.decision.Router;
import dev.turnpike.router.decision.TrackRecord;
import dev.turnpike.router.estimate.PromptSuccess;
import dev.turnpike.router.prompt.O200kCounter;
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
        return new Router(new TrackRecord(PromptSuccess.of(estimator, "--estimator")), new O200kCounter());
    }
}
