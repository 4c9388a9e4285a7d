package dev.turnpike.cli.eval;

import dev.turnpike.router.estimate.Observation;
import dev.turnpike.router.estimate.PromptSuccess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code turnpike train}: learns a success estimator from recorded answers and writes it to a file. */
@Command(name = "train", description = "Learns a success estimator from recorded answers.")
public final class TrainCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "Folder with recorded answers, as for eval; may be repeated.")
    private List<Path> data = List.of();

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where the estimator is written.")
    private Path out = Path.of("");

    @Option(names = "--ease-only", description = "Keep how hard a prompt is, not what single models make of it.")
    private boolean easeOnly;

    @Override
    public Integer call() throws IOException {
        List<Dataset> sets = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (Path folder : data) {
            Dataset set = DatasetReader.read(folder);
            sets.add(set);
            set.models().forEach(model -> names.add(model.name()));
        }
        List<String> models = List.copyOf(names);
        List<Observation> observations = new ArrayList<>();
        for (Dataset set : sets) {
            int[] at = set.models().stream()
                    .mapToInt(model -> models.indexOf(model.name()))
                    .toArray();
            for (Dataset.Answered prompt : set.prompts()) {
                double[] scores = new double[models.size()];
                Arrays.fill(scores, Double.NaN);
                for (int m = 0; m < at.length; m++) {
                    scores[at[m]] = prompt.scores()[m];
                }
                observations.add(new Observation(
                        prompt.prompt(), prompt.taskType().isEmpty() ? null : prompt.taskType(), scores));
            }
        }
        PromptSuccess learnt = PromptSuccess.train(models, observations);
        try (OutputStream file = Files.newOutputStream(out)) {
            (easeOnly ? learnt.easeOnly() : learnt).write(file);
        }
        Objects.requireNonNull(spec)
                .commandLine()
                .getOut()
                .printf(
                        "%s: %d models from %d prompts, %d bytes%n",
                        out, models.size(), observations.size(), Files.size(out));
        return 0;
    }
}
