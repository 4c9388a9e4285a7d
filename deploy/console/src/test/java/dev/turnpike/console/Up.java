package dev.turnpike.console;

import dev.turnpike.cli.command.RootCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** {@code turnpike up} with its demo, in this JVM. */
final class Up implements AutoCloseable {

    private static final Pattern CONSOLE = Pattern.compile("console +(http://127\\.0\\.0\\.1:\\d+)(/#token=[a-z2-7]+)");
    private static final Pattern KEY = Pattern.compile("OPENAI_API_KEY=(tp-[a-z2-7]+)");
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Map<String, String> keys = new ConcurrentHashMap<>();
    private final StringWriter output = new StringWriter();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Thread run = new Thread(this::run, "up");

    private Up() {}

    /** Starts it and waits until it has said where it listens. */
    static Up start() {
        Up up = new Up();
        up.run.start();
        Awaitility.await("up").atMost(PATIENCE).until(() -> {
            if (!up.run.isAlive()) {
                throw new AssertionError(up.output.toString());
            }
            return KEY.matcher(up.output.toString()).find();
        });
        return up;
    }

    /** The address of the console, with the token. */
    String console() {
        return address() + found(CONSOLE, 2);
    }

    String address() {
        return found(CONSOLE, 1);
    }

    String get(String path) {
        return send(HttpRequest.newBuilder(URI.create(address() + path)).build());
    }

    String put(String path, String body, String... headers) {
        return send(HttpRequest.newBuilder(URI.create(address() + path))
                .headers(headers)
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    /** What a model answers to a request: status, headers and body. */
    String ask(String team, String model) {
        String key = team.equals("search") ? found(KEY, 1) : keys.computeIfAbsent(team, this::key);
        return send(HttpRequest.newBuilder(URI.create(address() + "/v1/chat/completions"))
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"" + model
                        + "\",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                .build());
    }

    @Override
    public void close() {
        run.interrupt();
        try {
            run.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        PrintWriter out = new PrintWriter(output);
        RootCommand.commandLine()
                .setOut(out)
                .setErr(out)
                .execute("up", "--port", "0", "--kafka-port", "0", "--registry-port", "0", "--rate", "2");
    }

    private String key(String team) {
        Matcher kafka = Pattern.compile("(?m)^  Kafka +(\\S+)").matcher(output.toString());
        Matcher registry = Pattern.compile("(?m)^  registry +(\\S+)").matcher(output.toString());
        if (!kafka.find() || !registry.find()) {
            throw new AssertionError(output.toString());
        }
        StringWriter created = new StringWriter();
        PrintWriter out = new PrintWriter(created, true);
        RootCommand.commandLine()
                .setOut(out)
                .setErr(out)
                .execute(
                        "keys", "create", team, "--bootstrap-servers", kafka.group(1), "--registry", registry.group(1));
        out.flush();
        Matcher key = Pattern.compile("tp-[a-z2-7]+").matcher(created.toString());
        if (!key.find()) {
            throw new AssertionError(created.toString());
        }
        return key.group();
    }

    private String found(Pattern pattern, int group) {
        Matcher matcher = pattern.matcher(output.toString());
        if (!matcher.find()) {
            throw new AssertionError(output.toString());
        }
        return matcher.group(group);
    }

    private String send(HttpRequest request) {
        try {
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.headers().map() + " " + answer.body();
        } catch (IOException e) {
            throw new AssertionError(request.uri() + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
