package dev.turnpike.sink.provider.execution;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.Pricing;
import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.UsageReport;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of an answer, as inclusive as providers count: cached ones are part of the input, reasoning of the output.
 *
 * @param cacheWrite input written to a cache of either lifetime
 * @param cacheWrite1h those of them with the one-hour lifetime
 * @param serviceTier null: the standard one
 * @param reportedCostUsd what the provider says it cost; null where it does not
 * @param isLocal whether we had to count, since the provider did not
 */
public record Counts(
        long input,
        long cacheRead,
        long cacheWrite,
        long cacheWrite1h,
        long output,
        long reasoning,
        @Nullable String serviceTier,
        @Nullable Double reportedCostUsd,
        boolean isLocal) {

    /** The most it can have been, where the provider did not say. */
    public static Counts local(long input, long output, @Nullable String serviceTier) {
        return new Counts(input, 0, 0, 0, output, 0, serviceTier, null, true);
    }

    /** What a report says. */
    static Counts of(UsageReport report) {
        return new Counts(
                report.getInputTokens(),
                report.getCacheReadInputTokens(),
                report.getOutputTokens(),
                report.getReasoningOutputTokens(),
                report.getServiceTier(),
                report.getReportedCostUsd(),
                report.getCountedLocally());
    }

    void fill(UsageReport report) {
        report.setInputTokens(input);
        report.setCacheReadInputTokens(cacheRead);
        report.setCacheCreationInputTokens(cacheWrite);
        report.setCacheCreation1hInputTokens(cacheWrite1h);
        report.setOutputTokens(output);
        report.setReasoningOutputTokens(reasoning);
        report.setServiceTier(serviceTier);
        report.setReportedCostUsd(reportedCostUsd);
        report.setCountedLocally(isLocal);
    }

    /** What the attempt cost; its bound if the counts contradict each other, as then nobody knows. */
    Amounts cost(ChainModel model) {
        UsageReport report = new UsageReport();
        fill(report);
        try {
            Tokens tokens = Tokens.of(report);
            return new Amounts(Pricing.cost(model.getPrice(), tokens, serviceTier), tokens.total(), 0);
        } catch (IllegalArgumentException | ArithmeticException e) {
            return Amounts.of(model.getBound());
        }
    }
}
