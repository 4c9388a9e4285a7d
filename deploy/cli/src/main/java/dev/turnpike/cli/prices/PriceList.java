package dev.turnpike.cli.prices;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.turnpike.schemas.TrustedEvents;
import dev.turnpike.schemas.event.ModelOffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The models of a price list, under the names that they have as offers. */
public final class PriceList {

    // prices are exact: what is written as 3e-06 must not pass through a binary fraction
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    static {
        TrustedEvents.register();
    }

    private final ListReader reader;
    private final List<Entry> entries;

    private PriceList(ListReader reader, List<Entry> entries) {
        this.reader = reader;
        this.entries = entries;
    }

    /**
     * What a list has of the models that are asked for.
     *
     * @param models how many those are
     * @param offers those of them that can be offers
     * @param skipped how many cannot, by reason
     */
    public record Selection(int models, List<ModelOffer> offers, Map<String, Integer> skipped) {}

    /**
     * Reads a list.
     *
     * @throws IllegalArgumentException naming the place that is not as the format has it
     */
    public static PriceList read(Path file, ListFormat format) {
        JsonNode list = parse(file);
        try {
            return new PriceList(format.reader(), format.reader().entries(list));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": is no list of " + format + ": " + e.getMessage(), e);
        }
    }

    /** How many models the list has. */
    public int size() {
        return entries.size();
    }

    /**
     * The offers that are asked for.
     *
     * @param asked whether an offer is asked for, by {@code provider/model}
     * @param from when a price without a date comes into force, milliseconds since 1970-01-01 UTC
     */
    public Selection select(Predicate<String> asked, long from) {
        int models = 0;
        Map<String, ModelOffer> offers = new LinkedHashMap<>();
        Set<String> contradictory = new HashSet<>();
        Map<String, Integer> skipped = new TreeMap<>();
        for (Entry entry : entries) {
            if (!asked.test(entry.id())) {
                continue;
            }
            models++;
            try {
                if (!entry.isNamed()) {
                    throw new Unrepresentable("no provider, or a name that no offer may have");
                }
                ModelOffer offer = reader.offer(entry, from);
                ModelOffer other = offers.putIfAbsent(entry.id(), offer);
                if (other != null) {
                    if (!other.getPrices().equals(offer.getPrices())) {
                        contradictory.add(entry.id());
                    }
                    throw new Unrepresentable("listed more than once");
                }
            } catch (Unrepresentable e) {
                skipped.merge(e.reason(), 1, Integer::sum);
            }
        }
        if (!contradictory.isEmpty()) {
            offers.keySet().removeAll(contradictory);
            skipped.put("listed more than once, with different prices", contradictory.size());
        }
        return new Selection(models, List.copyOf(offers.values()), skipped);
    }

    private static JsonNode parse(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    file + ":" + e.getLocation().getLineNr() + ": is not JSON: " + e.getOriginalMessage(), e);
        } catch (NumberFormatException e) {
            // an exponent of more digits than a number here may have
            throw new IllegalArgumentException(file + ": is not JSON: " + e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": there is no such file", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
