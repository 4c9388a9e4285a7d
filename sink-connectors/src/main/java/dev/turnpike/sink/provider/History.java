package dev.turnpike.sink.provider;

import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.schemas.event.Redecision;
import dev.turnpike.schemas.event.UsageReport;
import dev.turnpike.sink.provider.execution.Reports;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What executors before this one wrote about the dispatches of a partition. */
final class History {

    static final History NONE = new History(0);

    private final long until;
    private final Map<Request, Past> pasts = new HashMap<>();

    /** @param until offset of the first dispatch that none of them can have seen */
    History(long until) {
        this.until = until;
    }

    void add(UsageReport report) {
        if (report.getSource().equals(Reports.SOURCE) && report.getRequestId() != null) {
            past(report.getTeam(), report.getRequestId()).add(report);
        }
    }

    void add(Redecision asked) {
        Past past = past(asked.getTeam(), asked.getRequestId());
        past.askedFor = Math.max(past.askedFor, asked.getDecision());
    }

    /** Whether a dispatch at this offset may have been begun. */
    boolean covers(long offset) {
        return offset < until;
    }

    /** Whether nothing more is to be done about a dispatch. */
    boolean isOver(Dispatch dispatch) {
        Past past = pasts.get(Request.of(dispatch));
        return past != null && (past.isFinal || past.askedFor > dispatch.getDecision());
    }

    /** Reports about attempts of the request that a dispatch is about. */
    List<UsageReport> reports(Dispatch dispatch) {
        Past past = pasts.get(Request.of(dispatch));
        return past == null ? List.of() : past.reports;
    }

    private Past past(String team, String requestId) {
        return pasts.computeIfAbsent(new Request(team, requestId), request -> new Past());
    }

    private static final class Past {

        private final List<UsageReport> reports = new ArrayList<>();
        private boolean isFinal;
        private int askedFor;

        void add(UsageReport report) {
            isFinal |= report.getFinal$();
            if (isFinal) {
                // most requests are over; what they used is not asked for again
                reports.clear();
            } else {
                reports.add(report);
            }
        }
    }
}
