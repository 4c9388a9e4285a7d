package dev.turnpike.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.schemas.RequestSignature.Purpose;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestSignatureTest {

    private static final byte[] VALUE = "{\"request_id\":\"r1\"}".getBytes(UTF_8);

    private final KeyPair own = RequestSignature.newKeys();
    private final KeyPair others = RequestSignature.newKeys();

    @Test
    void shouldTakeTheSignatureOfAnyOfTheKeys() {
        Headers headers = signed("search", VALUE);

        assertThat(problem(headers, List.of(others.getPublic(), own.getPublic()), "search", VALUE))
                .isNull();
    }

    @Test
    void shouldRefuseWhatIsNotSigned() {
        assertThat(problem(new RecordHeaders(), List.of(own.getPublic()), "search", VALUE))
                .contains("asks for a signature", "there is none");
    }

    @Test
    void shouldRefuseAnotherKeyAnotherTeamAndOtherBytes() {
        Headers headers = signed("search", VALUE);

        assertThat(problem(headers, List.of(others.getPublic()), "search", VALUE))
                .contains("none of the keys");
        assertThat(problem(headers, List.of(own.getPublic()), "support", VALUE)).contains("none of the keys");
        assertThat(problem(headers, List.of(own.getPublic()), "search", "{}".getBytes(UTF_8)))
                .contains("or of other bytes");
    }

    @Test
    void shouldRefuseForACancellationWhatWasSignedAsARequest() {
        Headers headers = signed("search", VALUE);

        assertThat(RequestSignature.problem(headers, List.of(own.getPublic()), Purpose.CANCELLATION, "search", VALUE))
                .contains("or for something else");
    }

    @Test
    void shouldRefuseWhatIsNoSignature() {
        for (String text : List.of("", "?", "AAAA", "\0")) {
            Headers headers = new RecordHeaders().add(RequestSignature.HEADER, text.getBytes(UTF_8));

            assertThat(problem(headers, List.of(own.getPublic()), "search", VALUE))
                    .as(text)
                    .contains("none of the keys");
        }
    }

    @Test
    void shouldReadWhatItWrites(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("key.pem"), RequestSignature.pem(own.getPrivate()));

        assertThat(RequestSignature.privateKey(file)).isEqualTo(own.getPrivate());
        assertThat(RequestSignature.publicKey(RequestSignature.text(own.getPublic())))
                .isEqualTo(own.getPublic());
    }

    @Test
    void shouldSayWhatIsWrongWithAKey(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("key.pem"), "no key");

        assertThatThrownBy(() -> RequestSignature.privateKey(file)).hasMessageContaining("key.pem: must hold");
        assertThatThrownBy(() -> RequestSignature.privateKey(folder.resolve("none")))
                .hasMessageContaining("none: cannot be read");
        assertThatThrownBy(() -> RequestSignature.publicKey("AAAA"))
                .hasMessageContaining("must be an Ed25519 public key");
    }

    private Headers signed(String team, byte[] value) {
        return new RecordHeaders(List.of(RequestSignature.sign(own.getPrivate(), Purpose.REQUEST, team, value)));
    }

    private static @Nullable String problem(Headers headers, List<PublicKey> keys, String team, byte[] value) {
        return RequestSignature.problem(headers, keys, Purpose.REQUEST, team, value);
    }
}
