package dev.turnpike.cli.command;

import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.rerun.JudgeOption;
import dev.turnpike.cli.rerun.Rerun;
import dev.turnpike.cli.view.RerunLine;
import dev.turnpike.document.Document;
import dev.turnpike.document.DocumentReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

@Command(
        name = "replay",
        description = "Says what past requests would have cost under another policy or catalog, which would have been"
                + " rejected, and how quality would have moved.",
        footer = {
            "",
            "RECORDED is what was decided then; PRESENT decides the same requests again under what is published now;",
            "CHANGED puts the files in place of what is published under the same names. A replay takes each request to",
            "cost what the router expects, settled at once, so compare PRESENT with CHANGED."
        })
final class ReplayCommand extends Reading {

    @Option(names = "--policy", paramLabel = "FILE|DIR", description = "TeamPolicy documents to try.")
    @Nullable
    Path policy;

    @Option(names = "--catalog", paramLabel = "FILE|DIR", description = "ModelOffer and Alias documents to try.")
    @Nullable
    Path catalog;

    @Mixin
    Span span = new Span();

    @Mixin
    JudgeOption judge = new JudgeOption();

    private final List<Document> documents = new ArrayList<>();

    @Override
    void check() {
        if (policy == null && catalog == null) {
            throw new ParameterException(spec.commandLine(), "name --policy or --catalog, or both");
        }
        if (policy != null) {
            documents.addAll(DocumentReader.read(policy));
        }
        if (catalog != null) {
            documents.addAll(DocumentReader.read(catalog));
        }
    }

    @Override
    void read(TopicLog log, PrintWriter out) {
        Rerun rerun = Rerun.of(log, documents, judge.router(), span.begin(), span.end());
        if (rerun.recorded().requests() == 0) {
            throw new IllegalArgumentException(
                    "no request of that time is left to replay; requests are kept for seven days");
        }
        RerunLine.table().print(out, RerunLine.of(rerun), json);
    }
}
