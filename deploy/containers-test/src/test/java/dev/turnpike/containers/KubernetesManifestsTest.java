package dev.turnpike.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnpike.cli.command.RootCommand;
import dev.turnpike.containers.KubernetesManifests.Resource;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KubernetesManifestsTest {

    // made by whoever runs it, and by Strimzi for the cluster of the name turnpike
    private static final Set<String> GIVEN_SECRETS = Set.of("provider-keys", "postgres", "turnpike-cluster-ca-cert");

    private static List<Resource> resources;

    @BeforeAll
    static void read() throws IOException {
        resources = KubernetesManifests.read();
    }

    @Test
    void shouldBeResourcesOfTheApis() {
        assertThat(resources)
                .hasSizeGreaterThan(30)
                .allSatisfy(resource ->
                        assertThatCode(resource::typed).as(resource.toString()).doesNotThrowAnyException());
        assertThat(resources).extracting(Resource::toString).doesNotHaveDuplicates();
    }

    @Test
    void shouldFindAFieldThatTheApisDoNotKnow() {
        Resource wrong = KubernetesManifests.parse("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: wrong}
                spec: {template: {spec: {containers: [{name: a, readynessProbe: {}}]}}}
                """);

        assertThatThrownBy(wrong::typed).hasMessageContaining("readynessProbe");
    }

    @Test
    void shouldGrantWhatTheAccessRulesSay() throws IOException {
        StringWriter out = new StringWriter();

        int exit = RootCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .execute("topics", "acls", "--format", "strimzi");

        assertThat(exit).isZero();
        assertThat(Files.readString(KubernetesManifests.FOLDER.resolve("users.yaml")))
                .as("turnpike topics acls --format strimzi > deploy/kubernetes/users.yaml")
                .isEqualTo(out.toString());
    }

    @Test
    void shouldRunNothingWithMoreRightsThanItNeeds() {
        assertThat(workloads()).hasSizeGreaterThan(5).allSatisfy(workload -> {
            JsonNode pod = workload.pod().path("spec");
            assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
            assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
            assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
            assertThat(containers(pod)).allSatisfy(container -> {
                assertThat(container
                                .at("/securityContext/allowPrivilegeEscalation")
                                .asBoolean(true))
                        .isFalse();
                assertThat(container.at("/securityContext/capabilities/drop/0").asText())
                        .isEqualTo("ALL");
                assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
                assertThat(container.at("/resources/requests/cpu").asText()).isNotEmpty();
            });
        });
    }

    @Test
    void shouldSayWhetherWhatRunsOnIsWellAndReady() {
        for (Resource workload : workloads()) {
            JsonNode container = workload.pod().at("/spec/containers/0");
            for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
                assertThat(container.has(probe))
                        .as("%s has a %s", workload, probe)
                        .isEqualTo(!workload.kind().equals("Job"));
            }
        }
    }

    @Test
    void shouldSelectPodsThatThereAre() {
        Set<String> pods = workloads().stream()
                .map(workload -> workload.pod()
                        .at("/metadata/labels/app.kubernetes.io~1name")
                        .asText())
                .collect(Collectors.toSet());
        for (Resource resource : resources) {
            JsonNode spec = resource.content().path("spec");
            JsonNode named = switch (resource.kind()) {
                case "Service" -> spec.path("selector");
                case "PodDisruptionBudget", "Deployment", "StatefulSet" -> spec.at("/selector/matchLabels");
                case "NetworkPolicy" -> spec.at("/podSelector/matchLabels");
                default -> spec.path("none");
            };
            JsonNode name = named.path("app.kubernetes.io/name");
            if (!name.isMissingNode()) {
                assertThat(pods).as(resource.toString()).contains(name.asText());
            }
            for (JsonNode one : spec.at("/podSelector/matchExpressions/0/values")) {
                assertThat(pods).as(resource.toString()).contains(one.asText());
            }
            if (resource.kind().equals("HorizontalPodAutoscaler")) {
                assertThat(resources)
                        .extracting(Resource::toString)
                        .contains(spec.at("/scaleTargetRef/kind").asText()
                                + ' '
                                + spec.at("/scaleTargetRef/name").asText());
            }
        }
    }

    @Test
    void shouldReadSecretsAndSettingsThatThereAre() {
        Set<String> secrets = new HashSet<>(GIVEN_SECRETS);
        secrets.addAll(names("KafkaUser"));
        for (Resource workload : workloads()) {
            JsonNode pod = workload.pod();
            List<String> read = Stream.concat(
                            pod.findValues("secretKeyRef").stream().map(ref -> ref.path("name")),
                            pod.findValues("secretName").stream())
                    .map(JsonNode::asText)
                    .toList();
            assertThat(secrets).as(workload.toString()).containsAll(read);
            assertThat(names("ConfigMap"))
                    .as(workload.toString())
                    .containsAll(pod.findValues("configMapRef").stream()
                            .map(ref -> ref.path("name").asText())
                            .toList());
        }
        assertThat(resources)
                .as("secrets are made elsewhere")
                .noneMatch(resource -> resource.kind().equals("Secret"));
    }

    private static List<Resource> workloads() {
        return resources.stream()
                .filter(resource -> !resource.pod().isMissingNode())
                .toList();
    }

    private static Set<String> names(String kind) {
        return resources.stream()
                .filter(resource -> resource.kind().equals(kind))
                .map(Resource::name)
                .collect(Collectors.toSet());
    }

    private static List<JsonNode> containers(JsonNode pod) {
        return Stream.of("initContainers", "containers")
                .flatMap(list -> StreamSupport.stream(pod.path(list).spliterator(), false))
                .toList();
    }
}
