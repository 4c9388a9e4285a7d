package dev.turnpike.cli.secure;

import dev.turnpike.cluster.BrokerNode;
import dev.turnpike.cluster.LocalBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * A broker that lets nobody in without TLS and a password, and grants nothing that no access rule names. Its controller
 * takes the broker's own certificate only.
 */
final class SecuredBroker implements AutoCloseable {

    static final String ADMIN = "admin";

    private static final String STORE_PASSWORD = "store-" + secret();
    private static final int ITERATIONS = 4096;

    private final Map<String, String> passwords = new HashMap<>();
    private final LocalBroker broker;
    private final Path certificate;

    private SecuredBroker(LocalBroker broker, Path certificate, String adminPassword) {
        this.broker = broker;
        this.certificate = certificate;
        passwords.put(ADMIN, adminPassword);
    }

    static SecuredBroker start(Path folder) throws IOException, InterruptedException {
        Path store = folder.resolve("broker.p12");
        Path certificate = folder.resolve("broker.pem");
        keytool(
                "-genkeypair",
                store,
                "-keyalg",
                "EC",
                "-validity",
                "2",
                "-dname",
                "CN=broker",
                "-ext",
                "SAN=ip:127.0.0.1,dns:localhost");
        keytool("-exportcert", store, "-rfc", "-file", certificate.toString());
        String adminPassword = secret();
        Map<String, String> settings = new HashMap<>(Map.of(
                "listener.security.protocol.map", "PLAINTEXT:SASL_SSL,CONTROLLER:SSL",
                "sasl.enabled.mechanisms", "SCRAM-SHA-512,PLAIN",
                // the broker itself, and who makes the first passwords: before there is any in the cluster
                "sasl.mechanism.inter.broker.protocol", "PLAIN",
                "listener.name.plaintext.plain.sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + ADMIN
                                + "\" password=\"" + adminPassword + "\" user_" + ADMIN + "=\"" + adminPassword + "\";",
                "listener.name.plaintext.scram-sha-512.sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required;",
                "listener.name.controller.ssl.client.auth", "required",
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users", "User:" + ADMIN + ";User:CN=broker"));
        for (String kind : List.of("keystore", "truststore")) {
            settings.put("ssl." + kind + ".location", store.toString());
            settings.put("ssl." + kind + ".password", STORE_PASSWORD);
            settings.put("ssl." + kind + ".type", "PKCS12");
        }
        settings.put("ssl.truststore.location", certificate.toString());
        settings.put("ssl.truststore.type", "PEM");
        settings.remove("ssl.truststore.password");
        LocalBroker broker =
                LocalBroker.start(folder.resolve("broker"), BrokerNode.alone(0).with(settings));
        return new SecuredBroker(broker, certificate, adminPassword);
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** Gives a user a password. */
    void enrol(String user) throws ExecutionException, InterruptedException {
        String password = secret();
        try (Admin admin = Admin.create(client(ADMIN))) {
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            user,
                            new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS),
                            password.getBytes(StandardCharsets.UTF_8))))
                    .all()
                    .get();
        }
        passwords.put(user, password);
    }

    /** What nobody may find in a log. */
    List<String> secrets() {
        List<String> secrets = new ArrayList<>(passwords.values());
        secrets.add(STORE_PASSWORD);
        return secrets;
    }

    /** Settings of every Kafka client of a user, without where the broker is. */
    Map<String, String> login(String user) {
        return login(user, passwords.getOrDefault(user, "no password"));
    }

    Map<String, String> login(String user, String password) {
        boolean plain = user.equals(ADMIN);
        return Map.of(
                "security.protocol",
                "SASL_SSL",
                "sasl.mechanism",
                plain ? "PLAIN" : "SCRAM-SHA-512",
                "sasl.jaas.config",
                "org.apache.kafka.common.security." + (plain ? "plain.Plain" : "scram.Scram")
                        + "LoginModule required username=\"" + user + "\" password=\"" + password + "\";",
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                certificate.toString());
    }

    /** The same as settings of a client. */
    Map<String, Object> client(String user) {
        Map<String, Object> client = new HashMap<>(login(user));
        client.put("bootstrap.servers", bootstrapServers());
        return client;
    }

    @Override
    public void close() {
        broker.close();
    }

    private static void keytool(String command, Path store, String... more) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                command,
                "-alias",
                "broker",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                STORE_PASSWORD));
        line.addAll(List.of(more));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
    }

    private static String secret() {
        byte[] bytes = new byte[12];
        new Random().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
