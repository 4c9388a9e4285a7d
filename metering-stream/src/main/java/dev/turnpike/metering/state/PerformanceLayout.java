package dev.turnpike.metering.state;

import dev.turnpike.metering.performance.Performance;
import dev.turnpike.metering.performance.Performance.Recent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.Encoder;

final class PerformanceLayout implements StateSerde.Layout<Performance> {

    static final int FORMAT = 2;

    @Override
    public void write(Performance performance, Encoder out) throws IOException {
        out.writeString(performance.provider());
        out.writeString(performance.model());
        out.writeString(performance.taskType());
        out.writeDouble(performance.attempts());
        out.writeDouble(performance.errors());
        out.writeDouble(performance.judged());
        out.writeDouble(performance.successes());
        out.writeDouble(performance.inputTokens());
        out.writeDouble(performance.outputTokens());
        out.writeDouble(performance.costNanoUsd());
        out.writeDouble(performance.latencyMs());
        out.writeDouble(performance.timed());
        out.writeInt(performance.outputs().size());
        for (double output : performance.outputs()) {
            out.writeDouble(output);
        }
        Recent recent = performance.recent();
        out.writeDouble(recent.attempts());
        out.writeDouble(recent.errors());
        out.writeDouble(recent.latencyMs());
        out.writeDouble(recent.timed());
        out.writeLong(recent.lastErrorAt());
        out.writeLong(performance.updatedAt());
    }

    @Override
    public Performance read(Decoder in) throws IOException {
        return new Performance(
                in.readString(),
                in.readString(),
                in.readString(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                outputs(in),
                new Recent(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble(), in.readLong()),
                in.readLong());
    }

    private static List<Double> outputs(Decoder in) throws IOException {
        int classes = in.readInt();
        List<Double> outputs = new ArrayList<>(classes);
        for (int i = 0; i < classes; i++) {
            outputs.add(in.readDouble());
        }
        return List.copyOf(outputs);
    }
}
