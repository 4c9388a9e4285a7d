package dev.turnpike.metering.state;

import dev.turnpike.metering.budget.Counting;
import dev.turnpike.metering.budget.Position;
import dev.turnpike.metering.budget.RequestAccount;
import dev.turnpike.metering.lease.OrgWindow;
import dev.turnpike.metering.performance.Performance;
import dev.turnpike.metering.watch.BudgetWatch;
import dev.turnpike.metering.watch.PastWatch;
import dev.turnpike.schemas.event.SpendAggregate;
import org.apache.kafka.common.serialization.Serde;

/** The bytes of what the stores keep. Any change to one of them is another format and needs a reader of the old one. */
public final class StateSerdes {

    private static final int SPEND_FORMAT = 2;

    private StateSerdes() {}

    public static Serde<Position> position() {
        return new StateSerde<>(PositionLayout.FORMAT, new PositionLayout());
    }

    public static Serde<RequestAccount> account() {
        return new StateSerde<>(AccountLayout.FORMAT, new AccountLayout());
    }

    public static Serde<Counting> counting() {
        return new StateSerde<>(CountingLayout.FORMAT, new CountingLayout());
    }

    public static Serde<Performance> performance() {
        return new StateSerde<>(PerformanceLayout.FORMAT, new PerformanceLayout());
    }

    public static Serde<OrgWindow> orgWindow() {
        return new StateSerde<>(OrgWindowLayout.FORMAT, new OrgWindowLayout());
    }

    public static Serde<BudgetWatch> budgetWatch() {
        return new StateSerde<>(WatchLayouts.FORMAT, WatchLayouts.BUDGET);
    }

    public static Serde<PastWatch> pastWatch() {
        return new StateSerde<>(WatchLayouts.FORMAT, WatchLayouts.PAST);
    }

    public static Serde<SpendAggregate> spend() {
        return new StateSerde<>(SPEND_FORMAT, new Fields.Event<>(SpendAggregate.class));
    }
}
