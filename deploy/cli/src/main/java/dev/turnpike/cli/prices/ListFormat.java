package dev.turnpike.cli.prices;

import java.util.Locale;

/** The price lists that can be imported. */
public enum ListFormat {
    LITELLM(new LitellmReader()),
    OPENROUTER(new OpenRouterReader()),
    GENAI_PRICES(new GenaiPricesReader());

    private final ListReader reader;

    ListFormat(ListReader reader) {
        this.reader = reader;
    }

    ListReader reader() {
        return reader;
    }

    /** The name that people write. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
