package dev.turnpike.cli.demo;

import dev.turnpike.cli.publish.Intake;
import dev.turnpike.cli.publish.Publisher;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** The demo's traffic, published at the pace of a trace. */
public final class Replay {

    private static final int BAD_RECORDS = 2;

    /** How many records {@link #prelude} publishes. */
    public static final int OTHER_RECORDS = BAD_RECORDS + Traffic.EARLIER_REPORTS;

    private Replay() {}

    /** What comes before the requests: usage of another gateway, and what a public topic must bear. */
    public static void prelude(Publisher publisher, InstantSource clock) {
        Traffic.earlierUsage(clock.millis()).forEach(report -> publisher.publish(Intake.USAGE, report));
        byte[] noise = new byte[64];
        new SplittableRandom(7).nextBytes(noise);
        publisher.publish(Intake.REQUESTS, "noise", noise);
        publisher.publish(
                Intake.REQUESTS,
                "nobody",
                "{\"request_id\":\"no-team\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                        .getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Publishes the requests of a trace again and again, until this thread is interrupted.
     *
     * @param rate speed against the recording
     */
    public static void requests(Publisher publisher, InstantSource clock, Trace trace, double rate) {
        String run = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss", Locale.ROOT)
                .withZone(ZoneOffset.UTC)
                .format(clock.instant());
        Traffic traffic = new Traffic(run);
        long start = System.nanoTime();
        Duration round = trace.length().plusSeconds(1);
        for (int number = 0; ; number++) {
            int place = number % trace.arrivals().size();
            int rounds = number / trace.arrivals().size();
            Trace.Arrival arrival = trace.arrivals().get(place);
            Duration due = round.multipliedBy(rounds).plus(arrival.after());
            try {
                TimeUnit.NANOSECONDS.sleep(start + (long) (due.toNanos() / rate) - System.nanoTime());
            } catch (InterruptedException e) {
                return;
            }
            publisher.publish(Intake.REQUESTS, traffic.request(number, arrival));
        }
    }
}
