package dev.turnpike.router.decision;

/**
 * Some offers of an assessment, best first.
 *
 * <p>Deciding looks at two or three of a hundred. So the best few are kept as the offers come, which mostly takes one comparison
 * each; the order of the others, a binary heap that is taken apart as far as somebody asks, is made when somebody asks.
 */
final class Ranking {

    static final int AT_HAND = 4;

    private final Assessment assessment;
    private final int[] best;
    private final int[] others;
    private int atHand;
    private int size;
    // [0, left) is the heap, its root the best of the rest; behind it what was taken, the best of them at the end
    private int left;
    private boolean heap;

    /**
     * An empty one.
     *
     * @param best room for {@link #AT_HAND}
     * @param others room for all
     */
    Ranking(Assessment assessment, int[] best, int[] others) {
        this.assessment = assessment;
        this.best = best;
        this.others = others;
    }

    /** Takes in an offer by its place in the shortlist; all are to be in before the first is asked for. */
    void add(int k) {
        size++;
        int last = k;
        if (atHand < AT_HAND || assessment.isBetter(k, best[AT_HAND - 1])) {
            int rank = atHand;
            if (atHand < AT_HAND) {
                atHand++;
                last = -1;
            } else {
                rank--;
                last = best[rank];
            }
            while (rank > 0 && assessment.isBetter(k, best[rank - 1])) {
                best[rank] = best[rank - 1];
                rank--;
            }
            best[rank] = k;
        }
        if (last >= 0) {
            others[left++] = last;
        }
    }

    int size() {
        return size;
    }

    /** The offer at a rank, 0 for the best. */
    int at(int rank) {
        if (rank < atHand) {
            return best[rank];
        }
        int behind = size - atHand;
        if (!heap) {
            heap = true;
            for (int i = left / 2 - 1; i >= 0; i--) {
                sink(i);
            }
        }
        while (behind - left <= rank - atHand) {
            int next = others[0];
            left--;
            others[0] = others[left];
            others[left] = next;
            sink(0);
        }
        return others[size - 1 - rank];
    }

    private void sink(int from) {
        int i = from;
        while (true) {
            int child = 2 * i + 1;
            if (child >= left) {
                return;
            }
            if (child + 1 < left && assessment.isBetter(others[child + 1], others[child])) {
                child++;
            }
            if (!assessment.isBetter(others[child], others[i])) {
                return;
            }
            int better = others[child];
            others[child] = others[i];
            others[i] = better;
            i = child;
        }
    }
}
