package dev.turnpike.router.decision;

import dev.turnpike.schemas.Amounts;
import dev.turnpike.schemas.event.Price;
import java.util.List;

/**
 * How an offer would serve a request within the budgets.
 *
 * @param k the offer's place in the shortlist
 * @param price in force at admission
 * @param inputBound the most input tokens
 * @param outputCap the most output tokens of one answer
 * @param bound the most one attempt can cost
 * @param ownBudgets the budgets that apply only because this offer serves
 */
record Plan(
        int k,
        Offer offer,
        Price price,
        long inputBound,
        long outputCap,
        Amounts bound,
        List<AppliedBudget> ownBudgets) {

    Plan with(long otherCap, Amounts otherBound) {
        return new Plan(k, offer, price, inputBound, otherCap, otherBound, ownBudgets);
    }
}
