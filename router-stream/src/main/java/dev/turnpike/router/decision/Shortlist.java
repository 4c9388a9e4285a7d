package dev.turnpike.router.decision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** The offers of a fleet that a team may be served by, whatever the request; and why not by the others. */
final class Shortlist {

    /** An offer that is out, and why. */
    record Out(int index, Exclusion why) {}

    private final Catalog catalog;
    private final int[] in;
    private final List<Out> out;

    private Shortlist(Catalog catalog, int[] in, List<Out> out) {
        this.catalog = catalog;
        this.in = in;
        this.out = out;
    }

    static Shortlist of(Fleet fleet, Predicate<Offer> allowed) {
        int[] in = new int[fleet.size()];
        int size = 0;
        List<Out> out = new ArrayList<>();
        for (int i = 0; i < fleet.size(); i++) {
            Offer offer = fleet.offer(i);
            if (offer.isOff()) {
                out.add(new Out(i, Exclusion.OFF));
            } else if (!allowed.test(offer)) {
                out.add(new Out(i, Exclusion.NOT_ALLOWED));
            } else {
                in[size++] = i;
            }
        }
        return new Shortlist(fleet.catalog(), Arrays.copyOf(in, size), out);
    }

    boolean isOf(Fleet fleet) {
        return catalog == fleet.catalog();
    }

    int size() {
        return in.length;
    }

    /** The place in the fleet of the k-th offer that is in. */
    int index(int k) {
        return in[k];
    }

    List<Out> out() {
        return out;
    }
}
