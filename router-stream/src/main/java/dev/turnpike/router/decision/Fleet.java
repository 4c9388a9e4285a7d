package dev.turnpike.router.decision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** All offers at one moment, in the order of their ids, with the aliases that stand for them. Immutable. */
public final class Fleet {

    public static final Fleet EMPTY = of(List.of(), Map.of());

    // task types are the callers' words: beyond this many, tracks are made anew each time instead of kept
    private static final int MAX_KEPT_TRACKS = 256;

    private final Catalog catalog;
    private final Offer[] offers;
    private final int troubled;
    private final @Nullable TableVersions versions;
    private final Map<String, Track> tracks = new ConcurrentHashMap<>();

    private Fleet(Catalog catalog, Offer[] offers, int troubled, @Nullable TableVersions versions) {
        this.catalog = catalog;
        this.offers = offers;
        this.troubled = troubled;
        this.versions = versions;
    }

    /**
     * Puts offers in order and finds their names.
     *
     * @param aliases what each alias stands for: an offer's id or a model's name
     */
    public static Fleet of(Collection<Offer> offers, Map<String, String> aliases) {
        Offer[] sorted = offers.toArray(Offer[]::new);
        Arrays.sort(sorted, Comparator.comparing(Offer::id));
        Map<String, List<Integer>> named = new HashMap<>();
        for (int i = 0; i < sorted.length; i++) {
            named.computeIfAbsent(sorted[i].terms().getModel(), name -> new ArrayList<>())
                    .add(i);
        }
        // an id means one offer, even where a model elsewhere has the same name
        for (int i = 0; i < sorted.length; i++) {
            named.put(sorted[i].id(), List.of(i));
        }
        Map<String, int[]> names = new HashMap<>();
        named.forEach((name, indices) ->
                names.put(name, indices.stream().mapToInt(Integer::intValue).toArray()));
        int troubled = (int) Arrays.stream(sorted)
                .filter(offer -> !offer.circuit().isClosed())
                .count();
        return new Fleet(new Catalog(sorted, names, Map.copyOf(aliases)), sorted, troubled, null);
    }

    /** The same fleet with more known about one of its offers. */
    public Fleet with(Offer offer) {
        int[] indices = catalog.named(offer.id());
        if (indices == null) {
            return this;
        }
        Offer[] replaced = offers.clone();
        replaced[indices[0]] = offer;
        int before = offers[indices[0]].circuit().isClosed() ? 0 : 1;
        int after = offer.circuit().isClosed() ? 0 : 1;
        return new Fleet(catalog, replaced, troubled - before + after, versions);
    }

    /** The same fleet under the versions of the tables it was made from. */
    public Fleet as(TableVersions of) {
        return new Fleet(catalog, offers, troubled, of);
    }

    /** Null where it was not made from tables. */
    public @Nullable TableVersions versions() {
        return versions;
    }

    public int size() {
        return offers.length;
    }

    Offer offer(int index) {
        return offers[index];
    }

    /** Whether no circuit keeps a request from any offer. */
    boolean isSound() {
        return troubled == 0;
    }

    /** The set of offers and their terms: fleets with the same catalog differ in performance only. */
    Catalog catalog() {
        return catalog;
    }

    /** What an alias stands for; the name itself where it is none. */
    String resolve(String name) {
        return catalog.resolve(name);
    }

    /** The offers that a name means: an offer's id, or a model at any provider. Null: nothing is called so. */
    public int @Nullable [] named(String name) {
        return catalog.named(name);
    }

    /** What the offers achieve on a task type. */
    public Track on(String taskType) {
        Track track = tracks.get(taskType);
        if (track == null) {
            track = new Track(offers, taskType);
            if (tracks.size() < MAX_KEPT_TRACKS) {
                tracks.put(taskType, track);
            }
        }
        return track;
    }
}
