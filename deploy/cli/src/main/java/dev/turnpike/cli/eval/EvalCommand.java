package dev.turnpike.cli.eval;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code turnpike eval}: how well the router judges, on recorded answers of real models. */
@Command(
        name = "eval",
        description =
                "Measures the router's judgement on recorded answers, beside random, cheapest, strongest and oracle.")
public final class EvalCommand implements Callable<Integer> {

    enum By {
        questions,
        subjects
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "Folder with prompts.jsonl[.gz], models.csv and outcomes.csv[.gz].")
    private Path data = Path.of("");

    @Option(
            names = "--train",
            paramLabel = "DIR",
            description = "Learn from this folder alone and test on all of --data.")
    private @Nullable Path train;

    @Option(
            names = "--pair",
            paramLabel = "STRONG,WEAK",
            split = ",",
            description = "The two models of the pair; by default the strongest and the cheapest.")
    private List<String> pair = List.of();

    @Option(
            names = "--split",
            defaultValue = "questions",
            description = "What training and test must not share: ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    private By by = By.questions;

    @Option(
            names = "--folds",
            defaultValue = "5",
            description =
                    "Parts of the split; each is tested by a router trained on the others; default ${DEFAULT-VALUE}.")
    private int folds = 5;

    @Option(names = "--seed", defaultValue = "0", description = "Of the split, of ties and of the intervals.")
    private long seed;

    @Option(names = "--without-task-types", description = "Hide the stated task types from the router.")
    private boolean withoutTaskTypes;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (!pair.isEmpty() && pair.size() != 2) {
            throw new ParameterException(spec().commandLine(), "--pair=" + pair + ": must be STRONG,WEAK");
        }
        if (folds < 2) {
            throw new ParameterException(spec().commandLine(), "--folds=" + folds + ": must be at least 2");
        }
        Dataset tested = DatasetReader.read(data);
        Path trainFolder = train;
        Split split;
        String how;
        if (trainFolder == null) {
            Dataset judged = withoutTaskTypes ? tested.withoutTaskTypes() : tested;
            List<String> keys = tested.prompts().stream()
                    .map(by == By.questions ? Dataset.Answered::question : Dataset.Answered::taskType)
                    .toList();
            split = Split.by(keys, judged, folds, seed);
            if (split.parts().size() < 2) {
                throw new ParameterException(spec().commandLine(), "--split=" + by + ": all prompts share one of them");
            }
            how = by.name();
        } else {
            Dataset learnt = DatasetReader.read(trainFolder).withModelsOf(tested);
            split = Split.trainedOn(
                    withoutTaskTypes ? learnt.withoutTaskTypes() : learnt,
                    withoutTaskTypes ? tested.withoutTaskTypes() : tested);
            how = name(trainFolder);
        }
        for (String model : pair) {
            if (tested.models().stream().noneMatch(known -> known.name().equals(model))) {
                throw new ParameterException(spec().commandLine(), "--pair: " + model + ": not in models.csv");
            }
        }
        Report report = Evaluation.run(
                name(data), how, split, pair.isEmpty() ? "" : pair.get(0), pair.isEmpty() ? "" : pair.get(1), seed);
        PrintWriter out = spec().commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report));
        } else {
            ReportText.print(report, out);
        }
        out.flush();
        return 0;
    }

    private CommandSpec spec() {
        return java.util.Objects.requireNonNull(spec);
    }

    private static String name(Path folder) {
        return folder.toAbsolutePath().normalize().getFileName().toString();
    }
}
