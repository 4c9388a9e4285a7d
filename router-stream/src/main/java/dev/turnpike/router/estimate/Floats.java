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

    /** As steps of 1/127 of the largest: good enough for weights that are summed by the hundred. */
    static void writeSmall(DataOutput out, float[] values) throws IOException {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        out.writeInt(values.length);
        out.writeFloat(largest);
        for (float value : values) {
            out.writeByte(largest == 0 ? 0 : Math.round(value / largest * 127));
        }
    }

    static float[] readSmall(DataInput in) throws IOException {
        float[] values = new float[in.readInt()];
        float step = in.readFloat() / 127;
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readByte() * step;
        }
        return values;
    }
}
