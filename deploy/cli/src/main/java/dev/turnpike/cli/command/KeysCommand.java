package dev.turnpike.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.turnpike.cli.key.AccessKeys;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.cli.view.KeyLines;
import dev.turnpike.gateway.key.IssuedKey;
import dev.turnpike.schemas.RequestSignature;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.AccessKey;
import dev.turnpike.schemas.event.TeamPolicy;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
        name = "keys",
        description = "Makes, revokes and lists the keys that let OpenAI clients in.",
        subcommands = {KeysCommand.Create.class, KeysCommand.Revoke.class, KeysCommand.ListKeys.class},
        synopsisSubcommandLabel = "(create | revoke | list)")
final class KeysCommand {

    /** What all of them are about. */
    abstract static class OfTeam extends Reading {

        @Parameters(paramLabel = "TEAM", description = "Who pays for what comes in with the key.")
        String team = "";

        @Option(names = "--user", paramLabel = "U", description = "Whose key it is; default: the team's.")
        @Nullable
        String user;

        @Override
        void check() {
            if (team.isBlank() || user != null && user.isBlank()) {
                throw new ParameterException(spec.commandLine(), "TEAM and --user: must not be empty");
            }
        }

        AccessKeys keys(TopicLog log) {
            return new AccessKeys(connection.cluster(), log.serdes());
        }

        String whose() {
            return "team " + team + (user == null ? "" : ", user " + user);
        }
    }

    @Command(
            name = "create",
            description =
                    "Makes a key and shows it once; only its hash is kept. With --signing: a pair of keys for signatures.")
    static final class Create extends OfTeam {

        private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

        @Option(
                names = "--signing",
                paramLabel = "FILE",
                description =
                        "Makes a pair of keys for signing requests instead: the private one goes to FILE, the public one is"
                                + " printed for the team's policy.")
        @Nullable
        Path signing;

        @Override
        void read(TopicLog log, PrintWriter out) {
            Map<String, TeamPolicy> policies = log.table(Topics.POLICIES);
            if (signing != null) {
                sign(signing, policies.get(team), out);
                return;
            }
            IssuedKey key = keys(log).create(team, user, clock.instant());
            if (json) {
                KeyLines.created().print(out, List.of(key), true);
                return;
            }
            out.println("The key of " + whose() + ", which is shown this once:");
            out.println();
            out.println("  " + key.secret());
            out.println();
            out.println("An OpenAI client takes it as OPENAI_API_KEY, with OPENAI_BASE_URL=http://HOST:PORT/v1.");
            if (!policies.containsKey(team) && !policies.containsKey("*")) {
                out.println("Team " + team + " has no policy yet, so its calls are refused; apply one (turnpike apply"
                        + " -f FILE).");
            }
        }

        private void sign(Path file, @Nullable TeamPolicy policy, PrintWriter out) {
            KeyPair keys = RequestSignature.newKeys();
            try {
                // never readable for others, not even for a moment, and never in the place of another key
                Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
                Files.writeString(file, RequestSignature.pem(keys.getPrivate()));
            } catch (FileAlreadyExistsException e) {
                throw new IllegalArgumentException(file + ": exists already; name another file", e);
            } catch (IOException e) {
                throw new IllegalArgumentException(file + ": cannot be written: " + e.getMessage(), e);
            }
            List<String> inForce = new ArrayList<>(policy == null ? List.of() : policy.getSigningKeys());
            inForce.add(RequestSignature.text(keys.getPublic()));
            if (json) {
                ArrayNode line = JsonNodeFactory.instance.arrayNode();
                line.addObject().put("team", team).put("public_key", RequestSignature.text(keys.getPublic()));
                out.println(line);
                return;
            }
            out.println("The private key is in " + file
                    + ": publish --sign, or gateway.signing.key of a door. In the policy of team " + team
                    + " this makes every request ask for a signature:");
            out.println();
            out.println("signing_keys:");
            inForce.forEach(key -> out.println("  - " + key));
        }
    }

    @Command(name = "revoke", description = "Makes keys of a team worthless at once: all of them, a user's, or one.")
    static final class Revoke extends OfTeam {

        @Option(names = "--key", paramLabel = "START", description = "Only the key that begins so, as list shows it.")
        @Nullable
        String start;

        @Override
        void read(TopicLog log, PrintWriter out) {
            List<AccessKey> revoked = AccessKeys.of(log, team, user).stream()
                    .filter(key -> start == null || key.getHint().equals(start.replace("…", "")))
                    .toList();
            if (revoked.isEmpty()) {
                throw new IllegalArgumentException(
                        whose() + ": has no key" + (start == null ? "" : " " + start) + "; turnpike keys list " + team);
            }
            keys(log).revoke(revoked);
            KeyLines.table().print(out, revoked, json);
            if (!json) {
                out.printf("%d revoked%n", revoked.size());
            }
        }
    }

    @Command(name = "list", description = "Shows who has keys of a team, and how each begins.")
    static final class ListKeys extends OfTeam {

        @Override
        void read(TopicLog log, PrintWriter out) {
            KeyLines.table().print(out, AccessKeys.of(log, team, user), json);
        }
    }
}
