package dev.turnpike.router.estimate;

/** A prompt as the regression sees it: rare words weigh more, and the shape is spread over waves. */
final class PromptVector {

    int size;
    final int[] buckets;
    final float[] values;
    final float[] waves;

    /** Scratch: the shape on the fitted scale. */
    final float[] shape = new float[PromptText.SHAPE];

    PromptVector() {
        this(2 * PromptText.READ, new float[PromptSpace.WAVES]);
    }

    private PromptVector(int capacity, float[] waves) {
        this.buckets = new int[capacity];
        this.values = new float[capacity];
        this.waves = waves;
    }

    PromptVector copy() {
        PromptVector copy = new PromptVector(size, waves.clone());
        copy.size = size;
        System.arraycopy(buckets, 0, copy.buckets, 0, size);
        System.arraycopy(values, 0, copy.values, 0, size);
        return copy;
    }
}
