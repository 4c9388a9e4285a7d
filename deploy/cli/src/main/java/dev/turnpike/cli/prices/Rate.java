package dev.turnpike.cli.prices;

/** What tokens are priced by. */
enum Rate {
    INPUT,
    OUTPUT,
    CACHE_READ,
    CACHE_WRITE_5M,
    CACHE_WRITE_1H,
    REASONING
}
