package dev.turnpike.cli.prices;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnpike.schemas.BudgetScopes;

/** A model as a list has it. */
record Entry(String provider, String model, JsonNode node) {

    String id() {
        return BudgetScopes.offerId(provider, model);
    }

    /** Whether an offer may have these names. */
    boolean isNamed() {
        return !provider.contains("/") && isName(provider) && isName(model);
    }

    private static boolean isName(String text) {
        return !text.isBlank() && text.equals(text.strip()) && text.chars().noneMatch(Character::isISOControl);
    }
}
