package dev.turnpike.sink.provider;

import dev.turnpike.schemas.event.Dispatch;

/** A request among those of all teams. */
record Request(String team, String id) {

    static Request of(Dispatch dispatch) {
        return new Request(dispatch.getTeam(), dispatch.getRequestId());
    }
}
