package dev.turnpike.schemas;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * What binds a request, or the word that cancels it, to its team: an Ed25519 signature (RFC 8032) in a header of its record, over a
 * word of what it is for, the team, and the bytes of the value exactly as they are. The team's policy names the public keys.
 */
public final class RequestSignature {

    /** The record header: the signature in Base64. */
    public static final String HEADER = "turnpike-signature";

    /** What a signature is for; it is good for nothing else. */
    public enum Purpose {
        REQUEST("turnpike-request"),
        CANCELLATION("turnpike-cancellation");

        private final String word;

        Purpose(String word) {
            this.word = word;
        }
    }

    private static final String ALGORITHM = "Ed25519";
    private static final String PEM_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String PEM_END = "-----END PRIVATE KEY-----";

    private RequestSignature() {}

    public static KeyPair newKeys() {
        try {
            return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java since 15 knows " + ALGORITHM, e);
        }
    }

    /** The header to send with a record. */
    public static Header sign(PrivateKey key, Purpose purpose, String team, byte[] value) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            update(signature, purpose, team, value);
            return new RecordHeader(HEADER, Base64.getEncoder().encode(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key cannot sign: " + e.getMessage(), e);
        }
    }

    /**
     * Why a record is not its team's; null if one of the keys has signed it for this purpose.
     *
     * @param value the bytes of the record
     */
    public static @Nullable String problem(
            Headers headers, Collection<PublicKey> keys, Purpose purpose, String team, byte[] value) {
        Header header = headers.lastHeader(HEADER);
        if (header == null || header.value() == null) {
            return "the policy of team " + team + " asks for a signature in the header " + HEADER
                    + ", and there is none";
        }
        for (PublicKey key : keys) {
            if (isBy(key, header.value(), purpose, team, value)) {
                return null;
            }
        }
        return "the signature in the header " + HEADER + " is of none of the keys in the policy of team " + team
                + ", or of other bytes, or for something else";
    }

    private static boolean isBy(PublicKey key, byte[] base64, Purpose purpose, String team, byte[] value) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            update(signature, purpose, team, value);
            return signature.verify(Base64.getDecoder().decode(base64));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // what is no signature at all is not this key's
            return false;
        }
    }

    private static void update(Signature signature, Purpose purpose, String team, byte[] value)
            throws GeneralSecurityException {
        signature.update((purpose.word + '\n' + team + '\n').getBytes(StandardCharsets.UTF_8));
        signature.update(value);
    }

    /** The text of a public key in policies: its X.509 form in Base64, as in a PEM file between the lines. */
    public static String text(PublicKey key) {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }

    /**
     * Reads {@link #text}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static PublicKey publicKey(String text) {
        try {
            byte[] encoded = Base64.getDecoder().decode(text);
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "must be an Ed25519 public key as turnpike keys create --signing prints it", e);
        }
    }

    /** A private key as a PEM file has it, readable by openssl. */
    public static String pem(PrivateKey key) {
        return PEM_BEGIN + '\n' + Base64.getEncoder().encodeToString(key.getEncoded()) + '\n' + PEM_END + '\n';
    }

    /**
     * Reads a file with {@link #pem}.
     *
     * @throws IllegalArgumentException naming the file and what is wrong with it
     */
    public static PrivateKey privateKey(Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.US_ASCII);
            byte[] encoded = Base64.getMimeDecoder()
                    .decode(text.replace(PEM_BEGIN, "").replace(PEM_END, "").strip());
            return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    file + ": cannot be read; name a file of turnpike keys create --signing", e);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    file + ": must hold an Ed25519 private key in PEM, as turnpike keys create --signing makes it", e);
        }
    }
}
