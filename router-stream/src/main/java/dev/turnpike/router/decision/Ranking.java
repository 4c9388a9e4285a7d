package dev.turnpike.router.decision;

/**
 * Some offers of an assessment, best first.
 *
 * <p>A binary heap that is taken apart only as far as somebody asks: deciding looks at two or three of a hundred.
 */
final class Ranking {

    private final Assessment assessment;
    // [0, left) is the heap, its root the best of the rest; [left, size) was taken, the best of all at the end
    private final int[] heap;
    private final int size;
    private int left;

    /** @param members places in the shortlist; the first {@code size} count, and the array is used up */
    Ranking(Assessment assessment, int[] members, int size) {
        this.assessment = assessment;
        this.heap = members;
        this.size = size;
        this.left = size;
        for (int i = left / 2 - 1; i >= 0; i--) {
            sink(i);
        }
    }

    int size() {
        return size;
    }

    /** The offer at a rank, 0 for the best. */
    int at(int rank) {
        while (size - left <= rank) {
            int best = heap[0];
            left--;
            heap[0] = heap[left];
            heap[left] = best;
            sink(0);
        }
        return heap[size - 1 - rank];
    }

    private void sink(int from) {
        int i = from;
        while (true) {
            int child = 2 * i + 1;
            if (child >= left) {
                return;
            }
            if (child + 1 < left && assessment.isBetter(heap[child + 1], heap[child])) {
                child++;
            }
            if (!assessment.isBetter(heap[child], heap[i])) {
                return;
            }
            int better = heap[child];
            heap[child] = heap[i];
            heap[i] = better;
            i = child;
        }
    }
}
