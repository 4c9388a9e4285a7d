package dev.turnpike.gateway.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IssuedKeyTest {

    private final SecureRandom random = new SecureRandom();

    @Test
    void shouldShowTheSecretAndPublishOnlyWhatItIsKnownBy() {
        IssuedKey key = IssuedKey.issue("search", "ann", Instant.ofEpochMilli(5), random);

        assertThat(key.secret())
                .matches("tp-[a-z2-7]{32}")
                .startsWith(key.published().getHint());
        assertThat(key.published().getHint()).hasSize(11);
        assertThat(key.published().getKeyHash())
                .isEqualTo(IssuedKey.hash(key.secret()))
                .hasSize(64);
        assertThat(key.published().toString()).doesNotContain(key.secret());
        assertThat(key.toString()).doesNotContain(key.secret());
    }

    @Test
    void shouldNeverMakeTheSameKeyTwice() {
        Set<String> secrets = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            secrets.add(IssuedKey.issue("search", null, Instant.EPOCH, random).secret());
        }

        assertThat(secrets).hasSize(1_000);
    }

    @Test
    void shouldHashAsEverybodyElseDoes() {
        // sha256sum of the three letters
        assertThat(IssuedKey.hash("abc")).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void shouldWriteBytesAsBase32() {
        // RFC 4648, section 10, in lower case and without padding
        assertThat(Digests.letters("fooba".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .isEqualTo("mzxw6ytb");
    }
}
