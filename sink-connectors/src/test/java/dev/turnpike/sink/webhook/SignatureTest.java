package dev.turnpike.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SignatureTest {

    @Test
    void shouldBeWhatAnybodyElseComputes() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
        assertThat(Signature.of("secret", Instant.ofEpochSecond(1_700_000_000), "{\"a\":1}"))
                .isEqualTo("t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686");
    }
}
