package dev.turnpike.metering.budget;

import dev.turnpike.metering.pricing.PriceBook;
import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.BudgetScopes;
import dev.turnpike.schemas.event.ChainModel;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.HoldWindow;
import dev.turnpike.schemas.event.LlmRequest;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The money that one dispatch set aside, and what became of it.
 *
 * @param dispatch the dispatch without its prompt
 * @param expired whether its time-to-live has ended
 * @param estimated what is booked as an estimate for want of reports
 * @param entries how many ledger entries the estimate has had, corrections included
 * @param estimatedIn the windows that these count in
 * @param reservedIn the windows that count what is open of it without being named by the dispatch
 */
public record Hold(
        Dispatch dispatch,
        boolean expired,
        Amounts estimated,
        int entries,
        List<HoldWindow> estimatedIn,
        List<HoldWindow> reservedIn) {

    static Hold of(Dispatch dispatch) {
        return new Hold(withoutPrompt(dispatch), false, Amounts.ZERO, 0, List.of(), List.of());
    }

    Hold expire() {
        return new Hold(dispatch, true, estimated, entries, estimatedIn, reservedIn);
    }

    Hold estimate(Amounts amounts, List<HoldWindow> windows) {
        return new Hold(dispatch, expired, amounts, entries + 1, windows, reservedIn);
    }

    /** Counted as well where budgets have begun since; once reserved, it stays so until it is closed. */
    Hold reserve(Terms terms) {
        List<HoldWindow> known = reservedIn.isEmpty()
                ? windows()
                : Stream.concat(windows().stream(), reservedIn.stream()).toList();
        List<HoldWindow> all = terms.windowsOf(dispatch, known);
        return all.size() == known.size()
                ? this
                : new Hold(
                        dispatch,
                        expired,
                        estimated,
                        entries,
                        estimatedIn,
                        List.copyOf(all.subList(windows().size(), all.size())));
    }

    int decision() {
        return dispatch.getDecision();
    }

    Amounts amount() {
        return Amounts.of(dispatch.getHold());
    }

    long until() {
        return dispatch.getHoldUntil();
    }

    long admittedAt() {
        return dispatch.getAdmittedAt();
    }

    List<HoldWindow> windows() {
        return dispatch.getWindows();
    }

    boolean isCapturedOnExpiry() {
        return !dispatch.getOnExpiry().equals("release");
    }

    /** The windows that usage of a model is spent in: all of them, except those of other models. */
    List<HoldWindow> windowsOf(@Nullable String provider, String model) {
        ChainModel link = PriceBook.find(dispatch.getChain(), provider, model);
        String used = link == null
                ? BudgetScopes.offerId(provider, model)
                : BudgetScopes.offerId(link.getProvider(), link.getModel());
        return windows().stream()
                .filter(window -> !window.getScope().equals("model")
                        || window.getScopeValue().equals(used))
                .toList();
    }

    private static Dispatch withoutPrompt(Dispatch dispatch) {
        LlmRequest request = dispatch.getRequest();
        LlmRequest labels = LlmRequest.newBuilder()
                .setTeam(dispatch.getTeam())
                .setRequestId(dispatch.getRequestId())
                .setUser(request.getUser())
                .setTaskId(request.getTaskId())
                .setTaskType(request.getTaskType())
                .setTags(request.getTags())
                .setMessages("[]")
                .build();
        return Dispatch.newBuilder()
                .setTeam(dispatch.getTeam())
                .setRequestId(dispatch.getRequestId())
                .setDecision(dispatch.getDecision())
                .setAdmittedAt(dispatch.getAdmittedAt())
                .setRequest(labels)
                .setChain(dispatch.getChain())
                .setOutputCap(dispatch.getOutputCap())
                .setInputBoundTokens(dispatch.getInputBoundTokens())
                .setHold(dispatch.getHold())
                .setWindows(Terms.distinct(dispatch.getTeam(), dispatch.getWindows()))
                .setFirstAttempt(dispatch.getFirstAttempt())
                .setDeadline(dispatch.getDeadline())
                .setHoldUntil(dispatch.getHoldUntil())
                .setOnExpiry(dispatch.getOnExpiry())
                .setReason("")
                .setBaselineProvider(dispatch.getBaselineProvider())
                .setBaselineModel(dispatch.getBaselineModel())
                .setBaselinePrice(dispatch.getBaselinePrice())
                .build();
    }
}
