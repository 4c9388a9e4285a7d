package dev.turnpike.sink.webhook;

import dev.turnpike.schemas.event.BudgetAlert;
import dev.turnpike.sink.webhook.Reply.Away;
import dev.turnpike.sink.webhook.Reply.Refused;
import dev.turnpike.sink.webhook.Reply.Taken;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.common.errors.InterruptException;

/** The other side: posts alerts one by one and tells what became of them. Its reasons hold neither address nor secret. */
final class Webhook {

    private static final int MOST_TEXT = 200;

    private final WebhookSinkConfig config;
    private final HttpClient http;
    private final InstantSource clock;

    Webhook(WebhookSinkConfig config, HttpClient http, InstantSource clock) {
        this.config = config;
        this.http = http;
        this.clock = clock;
    }

    Reply post(BudgetAlert alert) {
        String body = config.shape().of(alert, config.routingKey()).toString();
        HttpRequest.Builder request = HttpRequest.newBuilder(config.url())
                .timeout(config.timeout())
                .header("content-type", "application/json")
                // a post whose answer was lost comes again
                .header("Idempotency-Key", printable(alert.getAlertId()))
                .POST(BodyPublishers.ofString(body));
        if (config.secret() != null) {
            request.header(Signature.HEADER, Signature.of(config.secret(), clock.instant(), body));
        }
        try {
            return reply(http.send(request.build(), BodyHandlers.ofString()));
        } catch (HttpTimeoutException e) {
            return new Away("no answer within " + config.timeout().toMillis() + " ms", Duration.ZERO);
        } catch (IOException e) {
            return new Away("no answer: " + e.getClass().getSimpleName(), Duration.ZERO);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static Reply reply(HttpResponse<String> response) {
        int status = response.statusCode();
        if (status / 100 == 2) {
            return new Taken();
        }
        String text = response.body().replaceAll("\\s+", " ").trim();
        String reason = "HTTP " + status + ": " + (text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT));
        boolean mayPass = status >= 500 || status == 408 || status == 425 || status == 429;
        return mayPass ? new Away(reason, retryAfter(response)) : new Refused(reason);
    }

    private static Duration retryAfter(HttpResponse<String> response) {
        try {
            return Duration.ofSeconds(
                    Long.parseLong(response.headers().firstValue("retry-after").orElse("0")));
        } catch (NumberFormatException e) {
            // a date; our own pause will do
            return Duration.ZERO;
        }
    }

    private static String printable(String id) {
        return id.replaceAll("[^ -~]", "?");
    }
}
