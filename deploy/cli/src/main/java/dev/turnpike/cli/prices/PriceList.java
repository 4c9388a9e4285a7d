package dev.turnpike.cli.prices;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.turnpike.schemas.Globs;
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

/**
 * A price list as offers.
 *
 * @param models how many models were asked for
 * @param offers those of them that can be offers
 * @param skipped how many cannot, by reason
 */
public record PriceList(int models, List<ModelOffer> offers, Map<String, Integer> skipped) {

    // prices are exact: what is written as 3e-06 must not pass through a binary fraction
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /**
     * Reads a list.
     *
     * @param only which offers are asked for; empty: all
     * @param from when a price without a date comes into force, milliseconds since 1970-01-01 UTC
     * @throws IllegalArgumentException naming the place that is not as the format has it
     */
    public static PriceList read(Path file, ListFormat format, Globs only, long from) {
        JsonNode list = parse(file);
        List<Entry> all;
        try {
            all = format.reader().entries(list);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": is no list of " + format + ": " + e.getMessage(), e);
        }
        List<Entry> wanted = all.stream()
                .filter(entry -> only.isEmpty() || only.match(entry.id()))
                .toList();
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException(
                    file + ": none of its " + all.size() + " models is asked for; offers are named provider/model");
        }
        Map<String, ModelOffer> offers = new LinkedHashMap<>();
        Set<String> contradictory = new HashSet<>();
        Map<String, Integer> skipped = new TreeMap<>();
        for (Entry entry : wanted) {
            try {
                if (!entry.isNamed()) {
                    throw new Unrepresentable("no provider, or a name that no offer may have");
                }
                ModelOffer offer = format.reader().offer(entry, from);
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
        return new PriceList(wanted.size(), List.copyOf(offers.values()), skipped);
    }

    private static JsonNode parse(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    file + ":" + e.getLocation().getLineNr() + ": is not JSON: " + e.getOriginalMessage(), e);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": there is no such file", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
