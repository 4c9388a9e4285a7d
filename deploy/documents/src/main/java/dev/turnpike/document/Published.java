package dev.turnpike.document;

import dev.turnpike.schemas.BudgetCalendar;
import dev.turnpike.schemas.Pricing;
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
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** The documents that are in force on a cluster, by kind and key. */
public final class Published {

    /** Two who apply at once would interleave: the later one fences the earlier. */
    public static final String TRANSACTIONAL_ID = "turnpike-apply";

    /** Header of a document's record: who published it. Its time is the record's. */
    public static final String APPLIED_BY = "applied-by";

    // applied to a team until it got a policy of its own
    private static final String ANY_TEAM = Kind.TEAM_POLICY.wireName() + " *";

    private final Map<String, Document> documents;

    private Published(Map<String, Document> documents) {
        this.documents = documents;
    }

    /** What is in force by the newest records of the topics that documents are published to. */
    public static Published of(Collection<Document> documents) {
        Map<String, Document> named = new LinkedHashMap<>();
        documents.forEach(document -> named.put(document.toString(), document));
        return new Published(named);
    }

    /** The document in force under a key; null where there is none. */
    public @Nullable Document find(Kind kind, String key) {
        return documents.get(kind.wireName() + ' ' + key);
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
                .mapToLong(document -> Pricing.newest((ModelOffer) document.value()))
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

    /**
     * The record that puts a change in force.
     *
     * @param topic its full name
     * @param by who changes it, told in the header {@value #APPLIED_BY}
     */
    public static ProducerRecord<byte[], byte[]> record(EventSerdes serdes, String topic, Change change, String by) {
        Document document = change.document();
        byte[] value =
                change.sign() == '-' ? null : bytes(serdes, document.kind().topic(), topic, document.value());
        var record = new ProducerRecord<>(topic, document.key().getBytes(StandardCharsets.UTF_8), value);
        record.headers().add(APPLIED_BY, by.getBytes(StandardCharsets.UTF_8));
        return record;
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
