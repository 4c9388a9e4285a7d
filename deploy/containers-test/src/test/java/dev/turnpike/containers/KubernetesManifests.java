package dev.turnpike.containers;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The resources of deploy/kubernetes. */
final class KubernetesManifests {

    static final Path FOLDER = ComposeFile.TOP.resolve("deploy").resolve("kubernetes");

    private static final Map<String, Class<?>> TYPES = Map.ofEntries(
            Map.entry("v1/Namespace", Namespace.class),
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("apps/v1/StatefulSet", StatefulSet.class),
            Map.entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("batch/v1/Job", Job.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("kafka.strimzi.io/v1/Kafka", Kafka.class),
            Map.entry("kafka.strimzi.io/v1/KafkaNodePool", KafkaNodePool.class),
            Map.entry("kafka.strimzi.io/v1/KafkaUser", KafkaUser.class));

    // the models keep fields that they do not know for later versions of the API; here such a field is a mistake
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            })
            .build();

    private KubernetesManifests() {}

    /** A resource as it is written. */
    record Resource(String file, JsonNode content) {

        String kind() {
            return content.path("kind").asText();
        }

        String name() {
            return content.path("metadata").path("name").asText();
        }

        /**
         * The resource in the API's own shape.
         *
         * @throws IllegalArgumentException if a field is not known or is of another type
         */
        Object typed() {
            String type = content.path("apiVersion").asText() + '/' + kind();
            Class<?> model = TYPES.get(type);
            if (model == null) {
                throw new IllegalArgumentException(type + ": is not among the kinds used here");
            }
            return STRICT.convertValue(content, model);
        }

        /** What its pods are made from; missing where it makes none. */
        JsonNode pod() {
            return content.path("spec")
                            .path("template")
                            .path("spec")
                            .path("containers")
                            .isMissingNode()
                    ? content.path("none")
                    : content.path("spec").path("template");
        }

        @Override
        public String toString() {
            return kind() + " " + name();
        }
    }

    /** All that the kustomization names. */
    static List<Resource> read() throws IOException {
        List<Resource> resources = new ArrayList<>();
        for (JsonNode file : documents("kustomization.yaml").get(0).path("resources")) {
            documents(file.asText()).forEach(document -> resources.add(new Resource(file.asText(), document)));
        }
        return resources;
    }

    static Resource parse(String yaml) {
        return new Resource("", documentsOf(yaml).get(0));
    }

    private static List<JsonNode> documents(String file) throws IOException {
        return documentsOf(Files.readString(FOLDER.resolve(file)));
    }

    private static List<JsonNode> documentsOf(String text) {
        List<JsonNode> documents = new ArrayList<>();
        for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(text)) {
            documents.add(STRICT.valueToTree(document));
        }
        return documents;
    }
}
