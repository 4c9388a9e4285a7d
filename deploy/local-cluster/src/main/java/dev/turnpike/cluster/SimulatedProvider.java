package dev.turnpike.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A language model provider that speaks OpenAI's chat completions, streamed or whole, and thinks nothing: its
 * texts are filler, its latencies and token counts are those that the caller states in the {@code metadata} of the body.
 *
 * <p>All values in {@code metadata} are texts: {@code trace_output_tokens}, {@code trace_latency_ms},
 * {@code trace_cached_tokens}, {@code trace_reasoning_tokens}. What is missing follows from the seed and the messages.
 * Output ends at the caller's maximum. Input counts as a quarter of the bytes of the messages.
 *
 * <p>Where the body has tools, it calls the first one, or the one that {@code tool_choice} names, with filler for each property
 * that is required; unless the choice is {@code none} or the last message is the result of a tool.
 *
 * <p>{@code fault} names what goes wrong, {@code fault_calls} with how many of the first calls of a request (all where it is
 * missing): {@code error_500}; {@code rate_limited}, to be tried again after {@code retry_after_ms}; {@code cut_mid_stream},
 * the connection ends halfway; {@code no_usage}, an answer without counts; {@code slow}, an answer a minute late.
 *
 * <p>A call waits on a timer and not on a thread, so thousands can be open.
 */
public final class SimulatedProvider implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> WORDS = List.of(
            "the", "token", "flows", "along", "this", "pike", "and", "each", "gate", "counts", "what", "passes", "by");
    private static final int MOST_CHUNKS = 32;
    private static final Duration SLOW = Duration.ofMinutes(1);
    private static final int REMEMBERED_CALLS = 200_000;
    private static final int REMEMBERED_TRACES = 1_000;

    static {
        // read once, by the first server of the JVM: the defaults hold answers back for 40 ms (Nagle) and close the
        // connections of all but 200 idle callers
        defaultProperty("sun.net.httpserver.nodelay", "true");
        defaultProperty("sun.net.httpserver.maxIdleConnections", "10000");
    }

    private final Options options;
    private final HttpServer server;
    private final ScheduledExecutorService timers;
    private final Map<String, Integer> calls = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > REMEMBERED_CALLS;
        }
    });
    private final Map<String, String> traces = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED_TRACES;
        }
    });
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();

    /**
     * How it behaves.
     *
     * @param port where it listens; 0 for a free one
     * @param seed decides about answers whose call states nothing
     * @param pace latencies are multiplied with it: 0.1 is ten times as fast as the trace
     * @param faults what goes wrong with every call of a model, where the call does not say so itself
     */
    public record Options(int port, long seed, double pace, Map<String, String> faults) {

        /** A free port, the trace's own pace, no faults. */
        public static Options standard() {
            return new Options(0, 1, 1, Map.of());
        }

        public Options withFault(String model, String fault) {
            Map<String, String> more = new LinkedHashMap<>(faults);
            more.put(model, fault);
            return new Options(port, seed, pace, Map.copyOf(more));
        }
    }

    private SimulatedProvider(Options options, HttpServer server) {
        this.options = options;
        this.server = server;
        AtomicInteger number = new AtomicInteger();
        this.timers = Executors.newScheduledThreadPool(2, task -> {
            Thread thread = new Thread(task, "simulated-provider-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** @throws ClusterException if the port is in use */
    public static SimulatedProvider start(Options options) {
        return start(Ports.LOOPBACK, options);
    }

    /**
     * Listens on an address of this machine other than loopback.
     *
     * @throws ClusterException if the port is in use or the address is of another machine
     */
    public static SimulatedProvider start(String host, Options options) {
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(host, options.port()), 1_024);
        } catch (IOException e) {
            throw new ClusterException(
                    "simulated provider port " + options.port()
                            + ": cannot listen: stop what listens there or choose another port",
                    e);
        }
        SimulatedProvider provider = new SimulatedProvider(options, server);
        server.setExecutor(provider.timers);
        server.createContext("/v1/chat/completions", provider::complete);
        server.createContext("/v1/models", provider::models);
        server.start();
        return provider;
    }

    /** The base URL for an OpenAI client. */
    public String url() {
        return "http://" + Ports.LOOPBACK + ":" + server.getAddress().getPort() + "/v1";
    }

    /** How often each value of the header {@code x-request-id} came; the newest 200,000 of them. */
    public Map<String, Integer> calls() {
        synchronized (calls) {
            return Map.copyOf(calls);
        }
    }

    /** The header {@code traceparent} of the newest 1,000 calls that had one, by their header {@code x-request-id}. */
    public Map<String, String> traces() {
        synchronized (traces) {
            return Map.copyOf(traces);
        }
    }

    /** Calls without an answer yet. */
    public int open() {
        return open.get();
    }

    /** The most calls that were open at the same time. */
    public int mostOpen() {
        return mostOpen.get();
    }

    /** Ends at once; calls that are open are cut. */
    @Override
    public void close() {
        server.stop(0);
        timers.shutdownNow();
    }

    private void models(HttpExchange exchange) throws IOException {
        ObjectNode list = JSON.createObjectNode().put("object", "list");
        ArrayNode models = list.putArray("data");
        options.faults().keySet().stream().sorted().forEach(model -> models.add(model(model)));
        models.add(model("simulated"));
        answer(exchange, 200, list);
    }

    private static ObjectNode model(String id) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("object", "model")
                .put("created", 0)
                .put("owned_by", "turnpike");
    }

    private void complete(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            refuse(exchange, 405, "invalid_request_error", "use POST");
            return;
        }
        Call call;
        try {
            call = Call.read(JSON.readTree(exchange.getRequestBody()), options);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            refuse(exchange, 400, "invalid_request_error", String.valueOf(e.getMessage()));
            return;
        }
        mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
        String fault = fault(exchange, call);
        Duration wait = Duration.ofMillis(Math.round(call.latency.toMillis() * options.pace()));
        switch (fault) {
            case "error_500" -> {
                refuse(exchange, 500, "server_error", "the server had an error");
                open.decrementAndGet();
            }
            case "rate_limited" -> {
                exchange.getResponseHeaders().set("retry-after-ms", call.metadata("retry_after_ms", "1000"));
                refuse(exchange, 429, "rate_limit_exceeded", "too many calls");
                open.decrementAndGet();
            }
            default -> new Answer(exchange, call, fault).begin(fault.equals("slow") ? wait.plus(SLOW) : wait);
        }
    }

    private String fault(HttpExchange exchange, Call call) {
        String id = exchange.getRequestHeaders().getFirst("x-request-id");
        if (id != null) {
            calls.merge(id, 1, Integer::sum);
            String trace = exchange.getRequestHeaders().getFirst("traceparent");
            if (trace != null) {
                traces.put(id, trace);
            }
        }
        String fault = call.metadata("fault", options.faults().getOrDefault(call.model, ""));
        int faulty = call.number("fault_calls", Integer.MAX_VALUE);
        boolean over =
                id != null && faulty < Integer.MAX_VALUE && callsOf(id.substring(0, id.lastIndexOf('#') + 1)) > faulty;
        return over ? "" : fault;
    }

    private int callsOf(String request) {
        synchronized (calls) {
            return calls.entrySet().stream()
                    .filter(call -> call.getKey().startsWith(request))
                    .mapToInt(Map.Entry::getValue)
                    .sum();
        }
    }

    private static void refuse(HttpExchange exchange, int status, String type, String message) throws IOException {
        ObjectNode error = JSON.createObjectNode();
        error.putObject("error").put("message", message).put("type", type).putNull("code");
        answer(exchange, status, error);
    }

    private static void answer(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static void defaultProperty(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }

    /** What is asked for, and what the answer will be. */
    private record Call(
            String model,
            boolean stream,
            boolean usage,
            int choices,
            int inputTokens,
            int outputTokens,
            boolean cut,
            Duration latency,
            String id,
            JsonNode metadata,
            @Nullable ToolCall tool) {

        static Call read(JsonNode body, Options options) {
            JsonNode messages = body.path("messages");
            if (!messages.isArray() || messages.isEmpty()) {
                throw new IllegalArgumentException("messages must be a non-empty array");
            }
            if (!body.path("model").isTextual()) {
                throw new IllegalArgumentException("model is missing");
            }
            String text = messages.toString();
            SplittableRandom random = new SplittableRandom(options.seed() ^ text.hashCode());
            JsonNode metadata = body.path("metadata");
            int wanted = number(metadata, "trace_output_tokens", random.nextInt(20, 400));
            int most = body.path("max_completion_tokens")
                    .asInt(body.path("max_tokens").asInt(Integer.MAX_VALUE));
            ToolCall tool = ToolCall.in(body, random);
            int tokens = Math.min(tool == null ? wanted : tool.tokens(), most);
            boolean stream = body.path("stream").asBoolean(false);
            return new Call(
                    body.path("model").asText(),
                    stream,
                    !stream || body.at("/stream_options/include_usage").asBoolean(false),
                    body.path("n").asInt(1),
                    Math.max(1, text.getBytes(StandardCharsets.UTF_8).length / 4),
                    tokens,
                    tool == null && tokens < wanted,
                    Duration.ofMillis(number(metadata, "trace_latency_ms", 50 + 10 * tokens)),
                    "chatcmpl-" + String.format(Locale.ROOT, "%016x", random.nextLong()),
                    metadata,
                    tool);
        }

        String metadata(String name, String otherwise) {
            return metadata.path(name).asText(otherwise);
        }

        int number(String name, int otherwise) {
            return number(metadata, name, otherwise);
        }

        private static int number(JsonNode metadata, String name, int otherwise) {
            JsonNode value = metadata.path(name);
            if (value.isMissingNode()) {
                return otherwise;
            }
            try {
                return Integer.parseInt(value.asText());
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("metadata." + name + "=" + value + ": must be a whole number", e);
            }
        }

        /** Words {@code from} to {@code to} of the filler: one for each token, so never fewer bytes than tokens. */
        static String words(int from, int to) {
            StringBuilder text = new StringBuilder();
            for (int word = from; word < to; word++) {
                text.append(WORDS.get(word % WORDS.size())).append(' ');
            }
            return text.toString();
        }

        ObjectNode counts() {
            int output = outputTokens * choices;
            ObjectNode counts = JSON.createObjectNode()
                    .put("prompt_tokens", inputTokens)
                    .put("completion_tokens", output)
                    .put("total_tokens", inputTokens + output);
            counts.putObject("prompt_tokens_details")
                    .put("cached_tokens", Math.min(inputTokens, number("trace_cached_tokens", 0)));
            counts.putObject("completion_tokens_details")
                    .put("reasoning_tokens", Math.min(output, number("trace_reasoning_tokens", 0)));
            return counts;
        }

        ObjectNode frame(String object) {
            return JSON.createObjectNode()
                    .put("id", id)
                    .put("object", object)
                    .put("created", 0)
                    .put("model", model)
                    .put("service_tier", "default");
        }

        ObjectNode whole(boolean counted) {
            ObjectNode answer = frame("chat.completion");
            ArrayNode list = answer.putArray("choices");
            for (int i = 0; i < choices; i++) {
                ObjectNode choice = list.addObject().put("index", i);
                ObjectNode message = choice.putObject("message").put("role", "assistant");
                if (tool == null) {
                    message.put("content", words(0, outputTokens));
                } else {
                    tool.begin(message.putNull("content").putArray("tool_calls").addObject(), tool.arguments());
                }
                choice.put("finish_reason", finish());
            }
            if (counted) {
                answer.set("usage", counts());
            }
            return answer;
        }

        ObjectNode chunk(int from, int to) {
            ObjectNode chunk = frame("chat.completion.chunk");
            ArrayNode list = chunk.putArray("choices");
            for (int i = 0; i < choices; i++) {
                ObjectNode choice = list.addObject().put("index", i);
                ObjectNode delta = choice.putObject("delta");
                if (from == 0) {
                    delta.put("role", "assistant");
                }
                if (tool == null) {
                    delta.put("content", words(from, to));
                } else {
                    ObjectNode part = delta.putArray("tool_calls").addObject().put("index", 0);
                    if (from == 0) {
                        tool.begin(part, "");
                    }
                    part.withObject("/function").put("arguments", tool.piece(from, to, outputTokens));
                }
                choice.put("finish_reason", to == outputTokens ? finish() : null);
            }
            return chunk;
        }

        private String finish() {
            return cut ? "length" : tool == null ? "stop" : "tool_calls";
        }
    }

    /** A tool as the answer calls it. */
    private record ToolCall(String id, String name, String arguments) {

        static @Nullable ToolCall in(JsonNode body, SplittableRandom random) {
            JsonNode tools = body.path("tools");
            JsonNode messages = body.path("messages");
            JsonNode choice = body.path("tool_choice");
            if (tools.isEmpty()
                    || choice.asText().equals("none")
                    || messages.path(messages.size() - 1).path("role").asText().equals("tool")) {
                return null;
            }
            JsonNode function = tools.get(0).path("function");
            for (JsonNode tool : tools) {
                if (tool.at("/function/name").equals(choice.at("/function/name"))) {
                    function = tool.path("function");
                }
            }
            ObjectNode arguments = JSON.createObjectNode();
            for (JsonNode required : function.at("/parameters/required")) {
                JsonNode type = function.path("parameters")
                        .path("properties")
                        .path(required.asText())
                        .path("type");
                switch (type.asText()) {
                    case "number", "integer" -> arguments.put(required.asText(), random.nextInt(1, 100));
                    case "boolean" -> arguments.put(required.asText(), random.nextBoolean());
                    case "array" -> arguments.putArray(required.asText());
                    case "object" -> arguments.putObject(required.asText());
                    default -> arguments.put(required.asText(), WORDS.get(random.nextInt(WORDS.size())));
                }
            }
            String id = "call_" + String.format(Locale.ROOT, "%016x", random.nextLong());
            return new ToolCall(id, function.path("name").asText(), arguments.toString());
        }

        /** A token for each four characters, as most tokenizers have it. */
        int tokens() {
            return (name.length() + arguments.length()) / 4 + 1;
        }

        void begin(ObjectNode call, String given) {
            call.put("id", id)
                    .put("type", "function")
                    .putObject("function")
                    .put("name", name)
                    .put("arguments", given);
        }

        String piece(int from, int to, int of) {
            return arguments.substring(arguments.length() * from / of, arguments.length() * to / of);
        }
    }

    /** An answer on its way: at once after the latency, or chunk by chunk over it. */
    private final class Answer {

        private final HttpExchange exchange;
        private final Call call;
        private final boolean counted;
        private final boolean breaks;
        private final int chunks;
        private int sent;

        Answer(HttpExchange exchange, Call call, String fault) {
            this.exchange = exchange;
            this.call = call;
            this.counted = !fault.equals("no_usage");
            this.breaks = fault.equals("cut_mid_stream");
            this.chunks = Math.max(1, Math.min(MOST_CHUNKS, call.outputTokens));
        }

        void begin(Duration wait) {
            if (call.stream) {
                Duration step = wait.dividedBy(chunks);
                after(step, () -> chunk(step));
            } else {
                after(wait, this::whole);
            }
        }

        private void whole() throws IOException {
            ObjectNode body = call.whole(counted);
            if (breaks) {
                byte[] bytes = JSON.writeValueAsBytes(body);
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes, 0, bytes.length / 2);
                exchange.getResponseBody().flush();
                end();
                return;
            }
            answer(exchange, 200, body);
            open.decrementAndGet();
        }

        private void chunk(Duration step) throws IOException {
            if (sent == 0) {
                exchange.getResponseHeaders().set("content-type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
            }
            if (breaks && sent >= chunks / 2 && sent > 0) {
                end();
                return;
            }
            event(call.chunk(at(sent), at(sent + 1)).toString());
            sent++;
            if (sent < chunks) {
                after(step, () -> chunk(step));
                return;
            }
            if (call.usage && counted) {
                ObjectNode last = call.frame("chat.completion.chunk");
                last.putArray("choices");
                last.set("usage", call.counts());
                event(last.toString());
            }
            event("[DONE]");
            exchange.getResponseBody().close();
            end();
        }

        private int at(int chunk) {
            return (int) ((long) call.outputTokens * chunk / chunks);
        }

        private void event(String data) throws IOException {
            exchange.getResponseBody().write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        }

        private void end() {
            exchange.close();
            open.decrementAndGet();
        }

        private void after(Duration wait, Step step) {
            timers.schedule(
                    () -> {
                        try {
                            step.run();
                        } catch (IOException e) {
                            // the caller has gone
                            end();
                        }
                    },
                    wait.toNanos(),
                    TimeUnit.NANOSECONDS);
        }
    }

    private interface Step {
        void run() throws IOException;
    }
}
