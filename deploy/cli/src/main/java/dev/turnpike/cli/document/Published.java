package dev.turnpike.cli.document;

import dev.turnpike.cli.log.Cluster;
import dev.turnpike.cli.log.TopicLog;
import dev.turnpike.metering.pricing.PriceChanges;
import dev.turnpike.schemas.BudgetCalendar;
import dev.turnpike.schemas.Topic;
import dev.turnpike.schemas.event.Alias;
import dev.turnpike.schemas.event.Calendar;
import dev.turnpike.schemas.event.ModelOffer;
import dev.turnpike.schemas.event.Org;
import dev.turnpike.schemas.event.TeamPolicy;
import dev.turnpike.schemas.serde.EventSerdes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The documents that are in force on a cluster, by kind and key. */
public final class Published {

    // two appliers at once would interleave: the later one fences the earlier
    private static final String TRANSACTIONAL_ID = "turnpike-apply";

    // applied to a team until it got a policy of its own
    private static final String ANY_TEAM = Kind.TEAM_POLICY.wireName() + " *";

    private final Map<String, Document> documents;

    private Published(Map<String, Document> documents) {
        this.documents = documents;
    }

    /** What the topics of a cluster say now. */
    public static Published read(TopicLog log) {
        Map<String, Document> documents = new LinkedHashMap<>();
        for (Kind kind : Kind.values()) {
            for (SpecificRecord value : log.table(kind.topic()).values()) {
                Document document = Document.of(value);
                documents.put(document.toString(), document);
            }
        }
        return new Published(documents);
    }

    /** Documents that are in force already, without a cluster. */
    public static Published of(List<Document> documents) {
        return new Published(documents.stream().collect(Collectors.toMap(Document::toString, each -> each)));
    }

    /**
     * What applying documents would change.
     *
     * @param prune whether what they do not have is withdrawn
     * @param now when a change of a time zone or a week start is noted
     * @throws IllegalArgumentException if a document would refer to what is not there
     */
    public List<Change> changes(List<Document> wanted, boolean prune, Instant now) {
        List<Change> changes = new ArrayList<>();
        Instant recorded = Instant.ofEpochMilli(Math.max(now.toEpochMilli(), newestPrices() + 1));
        wanted.forEach(document -> changes.add(Change.between(
                documents.get(document.toString()),
                continued(document, document.kind() == Kind.MODEL_OFFER ? recorded : now))));
        Set<String> names = wanted.stream().map(Document::toString).collect(Collectors.toSet());
        if (prune) {
            documents.forEach((name, document) -> {
                if (!names.contains(name)) {
                    changes.add(Change.withdrawn(document));
                }
            });
        }
        Stream<Document> kept = documents.values().stream().filter(each -> !names.contains(each.toString()));
        checkReferences(
                Stream.concat(wanted.stream(), prune ? Stream.empty() : kept).toList());
        return changes;
    }

    // an instant after all that is recorded, whatever the clocks of those who applied it
    private long newestPrices() {
        return documents.values().stream()
                .filter(document -> document.kind() == Kind.MODEL_OFFER)
                .mapToLong(document -> PriceChanges.newest((ModelOffer) document.value()))
                .max()
                .orElse(0);
    }

    private Document continued(Document document, Instant now) {
        if (document.value() instanceof TeamPolicy policy) {
            Document standing = documents.getOrDefault(document.toString(), documents.get(ANY_TEAM));
            List<Calendar> earlier =
                    BudgetCalendar.earlier(policy, standing == null ? null : (TeamPolicy) standing.value(), now);
            return Document.of(TeamPolicy.newBuilder(policy).setEarlier(earlier).build());
        }
        if (document.value() instanceof ModelOffer offer) {
            Document standing = documents.get(document.toString());
            return Document.of(PriceHistory.continued(
                    offer, standing == null ? null : (ModelOffer) standing.value(), now.toEpochMilli()));
        }
        if (document.value() instanceof Org org) {
            Document standing = documents.get(document.toString());
            List<Calendar> earlier = BudgetCalendar.earlier(org, standing == null ? null : (Org) standing.value(), now);
            return Document.of(Org.newBuilder(org).setEarlier(earlier).build());
        }
        return document;
    }

    /** Publishes changes, all or none. */
    public static void publish(Cluster cluster, EventSerdes serdes, List<Change> changes) {
        try (Producer<byte[], byte[]> producer =
                cluster.producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, TRANSACTIONAL_ID))) {
            producer.initTransactions();
            producer.beginTransaction();
            for (Change change : changes) {
                if (change.sign() != '=') {
                    producer.send(record(cluster, serdes, change));
                }
            }
            producer.commitTransaction();
        }
    }

    private static ProducerRecord<byte[], byte[]> record(Cluster cluster, EventSerdes serdes, Change change) {
        Document document = change.document();
        byte[] key = document.key().getBytes(StandardCharsets.UTF_8);
        String topic = cluster.name(document.kind().topic());
        if (change.sign() == '-') {
            return new ProducerRecord<>(topic, key, null);
        }
        return new ProducerRecord<>(topic, key, bytes(serdes, document.kind().topic(), topic, document.value()));
    }

    @SuppressWarnings("unchecked") // a document's kind decides both its topic and its class
    private static <V extends SpecificRecord> byte[] bytes(
            EventSerdes serdes, Topic<V> topic, String name, SpecificRecord value) {
        return serdes.avro(topic).serializer().serialize(name, (V) value);
    }

    private static void checkReferences(List<Document> all) {
        Set<String> models = new HashSet<>();
        Set<String> aliases = new HashSet<>();
        Set<String> orgs = new HashSet<>();
        for (Document document : all) {
            switch (document.kind()) {
                case MODEL_OFFER -> {
                    models.add(document.key());
                    models.add(((ModelOffer) document.value()).getModel());
                }
                case ALIAS -> aliases.add(document.key());
                case ORG -> orgs.add(document.key());
                case TEAM_POLICY -> {}
            }
        }
        for (Document document : all) {
            if (document.value() instanceof Alias alias && !models.contains(alias.getTarget())) {
                throw unknown(document, "target", alias.getTarget(), "apply a ModelOffer of that name");
            }
            if (document.value() instanceof TeamPolicy policy) {
                if (policy.getOrg() != null && !orgs.contains(policy.getOrg())) {
                    throw unknown(document, "org", policy.getOrg(), "apply an Org of that name");
                }
                String model = policy.getRouting().getDefaultModel();
                if (!model.equals("auto") && !models.contains(model) && !aliases.contains(model)) {
                    throw unknown(document, "routing.default_model", model, "name auto, an alias or an offer");
                }
            }
        }
    }

    private static IllegalArgumentException unknown(Document document, String key, String value, String cure) {
        return new IllegalArgumentException(document + ": " + key + "=" + value + ": is not known; " + cure);
    }
}
