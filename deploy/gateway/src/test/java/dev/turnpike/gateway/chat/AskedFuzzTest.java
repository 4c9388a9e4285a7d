package dev.turnpike.gateway.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cluster.Damage;
import dev.turnpike.schemas.event.LlmRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a client of the door sends: it is a request of the key's own team, or refused with a reason. */
class AskedFuzzTest {

    private static final int EACH = 2_000;
    private static final String BODY =
            "{\"model\":\"auto\",\"stream\":true,\"user\":\"bob\",\"max_tokens\":100,\"n\":2,"
                    + "\"stream_options\":{\"include_usage\":true},\"metadata\":{\"team\":\"other\",\"k\":\"v\"},"
                    + "\"messages\":[{\"role\":\"system\",\"content\":\"be brief\"},{\"role\":\"user\",\"content\":"
                    + "[{\"type\":\"text\",\"text\":\"hi\"}]}],\"tools\":[{\"type\":\"function\"}],\"seed\":1}";
    private static final List<String> HEADERS = List.of(
            "x-turnpike-task-id",
            "x-turnpike-task-type",
            "x-turnpike-conversation-id",
            "x-turnpike-quality-floor",
            "x-turnpike-difficulty",
            "x-turnpike-tags",
            "x-turnpike-regions",
            "idempotency-key");
    private static final List<String> VALUES = List.of("0.8", "feature=search+more, place=K%C3%B6ln", "EU, us", "t1");

    static IntStream seeds() {
        return Damage.seeds(EACH);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldAskForItsOwnTeamOrBeRefused(int seed) {
        Damage damage = new Damage(seed);
        int taken = 0;
        for (int i = 0; i < EACH; i++) {
            byte[] body = damage.random().nextInt(8) == 0
                    ? damage.noise(100)
                    : damage.of(BODY).getBytes(UTF_8);
            Map<String, String> headers = new HashMap<>();
            for (int more = damage.random().nextInt(3); more > 0; more--) {
                headers.put(
                        HEADERS.get(damage.random().nextInt(HEADERS.size())),
                        damage.of(VALUES.get(damage.random().nextInt(VALUES.size()))));
            }
            String described = "seed " + seed + ", " + headers + ": " + new String(body, UTF_8);
            try {
                LlmRequest request = Asked.read(body, headers, new Holder("hash", "search", null), "r")
                        .request();
                assertThat(request.getTeam()).as(described).isEqualTo("search");
                assertThat(request.getRequestId()).as(described).isEqualTo("r");
                taken++;
            } catch (RefusedException e) {
                assertThat(e.getMessage()).as(described).isNotBlank().hasLineCount(1);
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(described, e);
            }
        }
        assertThat(taken).as("seed %d: some are still whole", seed).isBetween(1, EACH - 1);
    }
}
