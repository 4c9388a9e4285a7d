package dev.turnpike.router.estimate;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Arrays of floats on disk: exact, or with eight bits a number. */
final class Floats {

    private Floats() {}

    static void write(DataOutput out, float[] values) throws IOException {
        out.writeInt(values.length);
        for (float value : values) {
            out.writeFloat(value);
        }
    }

    static float[] read(DataInput in) throws IOException {
        float[] values = new float[in.readInt()];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readFloat();
        }
        return values;
    }

    /**
     * As steps of 1/127 of the largest of each column: good enough for weights that are summed by the hundred.
     *
     * @param columns into which the values fall in turn
     */
    static void writeSmall(DataOutput out, float[] values, int columns) throws IOException {
        float[] largest = new float[columns];
        for (int i = 0; i < values.length; i++) {
            largest[i % columns] = Math.max(largest[i % columns], Math.abs(values[i]));
        }
        write(out, largest);
        out.writeInt(values.length);
        for (int i = 0; i < values.length; i++) {
            float scale = largest[i % columns];
            out.writeByte(scale == 0 ? 0 : Math.round(values[i] / scale * 127));
        }
    }

    static float[] readSmall(DataInput in) throws IOException {
        float[] largest = read(in);
        float[] values = new float[in.readInt()];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readByte() * largest[i % largest.length] / 127;
        }
        return values;
    }
}
