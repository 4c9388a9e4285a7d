package dev.turnpike.schemas;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be processed: where it came from and why. The dead-letter record has the key, the value and
 * the headers as they came, and these headers besides.
 *
 * @param topic full name of the topic it came from
 * @param partition its partition there
 * @param offset its offset there
 * @param reason one of the codes below, for programs
 * @param detail one line for people: the thing, the value and the cure
 * @param by the application that set it aside
 */
public record DeadLetter(String topic, int partition, long offset, String reason, String detail, String by) {

    public static final String TOPIC = "dead-letter.topic";
    public static final String PARTITION = "dead-letter.partition";
    public static final String OFFSET = "dead-letter.offset";
    public static final String REASON = "dead-letter.reason";
    public static final String DETAIL = "dead-letter.detail";
    public static final String BY = "dead-letter.by";

    /** The bytes are neither Avro in the wire format nor a JSON object, or name an unknown schema. */
    public static final String UNREADABLE = "unreadable";
    /** Readable, but a field is missing, unknown, of the wrong type or out of range. */
    public static final String INVALID = "invalid";
    /** Its parts exceed the whole. */
    public static final String CONTRADICTORY_COUNTS = "contradictory-counts";
    /** It claims to be older than the horizon within which repeats are known. */
    public static final String TOO_OLD = "too-old";
    /** The policy of its team asks for a signature, and it has none that is right. */
    public static final String UNSIGNED = "unsigned";
    /** It is not on its team's partition even after it was moved. */
    public static final String MISROUTED = "misrouted";
    /** The program failed on it. */
    public static final String FAILED = "failed";

    private static final int MAX_DETAIL = 1_000;

    /** The headers that a dead-letter record carries besides its own. */
    public List<Header> headers() {
        return List.of(
                header(TOPIC, topic),
                header(PARTITION, Integer.toString(partition)),
                header(OFFSET, Long.toString(offset)),
                header(REASON, reason),
                header(DETAIL, detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL)),
                header(BY, by));
    }

    /** The record to publish. */
    public ProducerRecord<byte[], byte[]> record(
            String deadLettersTopic,
            long timestamp,
            byte @Nullable [] key,
            byte @Nullable [] value,
            @Nullable Headers original) {
        // records without a time carry -1
        var letter =
                new ProducerRecord<>(deadLettersTopic, null, timestamp < 0 ? null : timestamp, key, value, original);
        headers().forEach(letter.headers()::add);
        return letter;
    }

    /** Reads where a dead-letter record came from; null where the headers are not ours. */
    public static @Nullable DeadLetter of(Headers headers) {
        String topic = text(headers, TOPIC);
        String partition = text(headers, PARTITION);
        String offset = text(headers, OFFSET);
        if (topic == null || partition == null || offset == null) {
            return null;
        }
        try {
            return new DeadLetter(
                    topic,
                    Integer.parseInt(partition),
                    Long.parseLong(offset),
                    orEmpty(text(headers, REASON)),
                    orEmpty(text(headers, DETAIL)),
                    orEmpty(text(headers, BY)));
        } catch (NumberFormatException e) {
            // headers of these names that somebody else wrote
            return null;
        }
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
