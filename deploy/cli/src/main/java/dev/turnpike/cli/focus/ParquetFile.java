package dev.turnpike.cli.focus;

import static org.apache.parquet.schema.LogicalTypeAnnotation.decimalType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;

/** Rows as Parquet: decimals of 38 digits, instants in UTC, everything compressed with gzip, which every reader has. */
final class ParquetFile implements FocusFile {

    // the places that each kind of amount can have: nano-dollars, those per million tokens and parts per million, and
    // their product
    // with millionths of a million tokens
    private static final int COST_PLACES = 9;
    private static final int PRICE_PLACES = 15;
    private static final int LIST_PLACES = 21;
    private static final int QUANTITY_PLACES = 6;
    private static final int PRECISION = 38;
    private static final int BYTES = 16;
    private static final MessageType SCHEMA = schema();

    private final ParquetWriter<Group> writer;

    ParquetFile(Path path) throws IOException {
        this.writer = ExampleParquetWriter.builder(new LocalOutputFile(path))
                .withConf(new PlainParquetConfiguration())
                .withType(SCHEMA)
                .withCompressionCodec(CompressionCodecName.GZIP)
                .withCodecFactory(new Gzip())
                .withExtraMetaData(Map.of("focus.version", Column.VERSION))
                .build();
    }

    private static MessageType schema() {
        return new MessageType(
                "focus",
                Arrays.stream(Column.values())
                        .map(column -> (org.apache.parquet.schema.Type) type(column))
                        .toList());
    }

    private static PrimitiveType type(Column column) {
        Repetition repetition = column.isNullable() ? Repetition.OPTIONAL : Repetition.REQUIRED;
        return switch (column.type()) {
            case TEXT, JSON ->
                Types.primitive(PrimitiveTypeName.BINARY, repetition)
                        .as(stringType())
                        .named(column.label());
            case DECIMAL ->
                Types.primitive(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, repetition)
                        .length(BYTES)
                        .as(decimalType(places(column), PRECISION))
                        .named(column.label());
            case INSTANT ->
                Types.primitive(PrimitiveTypeName.INT64, repetition)
                        .as(timestampType(true, TimeUnit.MILLIS))
                        .named(column.label());
            case FLAG -> Types.primitive(PrimitiveTypeName.BOOLEAN, repetition).named(column.label());
        };
    }

    private static int places(Column column) {
        return switch (column) {
            case LIST_COST, CONTRACTED_COST -> LIST_PLACES;
            case LIST_UNIT_PRICE, CONTRACTED_UNIT_PRICE -> PRICE_PLACES;
            case PRICING_QUANTITY, CONSUMED_QUANTITY -> QUANTITY_PLACES;
            default -> COST_PLACES;
        };
    }

    @Override
    public void write(Row row) throws IOException {
        Group group = new SimpleGroup(SCHEMA);
        for (Column column : Column.values()) {
            Object value = row.get(column);
            if (value instanceof String text) {
                group.add(column.label(), text);
            } else if (value instanceof BigDecimal decimal) {
                group.add(column.label(), bytes(decimal.setScale(places(column))));
            } else if (value instanceof Instant instant) {
                group.add(column.label(), instant.toEpochMilli());
            } else if (value instanceof Boolean flag) {
                group.add(column.label(), flag);
            }
        }
        writer.write(group);
    }

    /** @throws ArithmeticException if it has more digits than the column */
    private static Binary bytes(BigDecimal decimal) {
        if (decimal.precision() > PRECISION) {
            throw new ArithmeticException(decimal + " has more than " + PRECISION + " digits");
        }
        byte[] shortest = decimal.unscaledValue().toByteArray();
        byte[] bytes = new byte[BYTES];
        Arrays.fill(bytes, (byte) (decimal.signum() < 0 ? -1 : 0));
        System.arraycopy(shortest, 0, bytes, BYTES - shortest.length, shortest.length);
        return Binary.fromConstantByteArray(bytes);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    /** Compresses pages with what the JDK has; Parquet's own codecs would need Hadoop. */
    private static final class Gzip implements CompressionCodecFactory {

        @Override
        public BytesInputCompressor getCompressor(CompressionCodecName name) {
            return new BytesInputCompressor() {
                @Override
                public BytesInput compress(BytesInput page) throws IOException {
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    try (GZIPOutputStream zipped = new GZIPOutputStream(bytes)) {
                        page.writeAllTo(zipped);
                    }
                    return BytesInput.from(bytes.toByteArray());
                }

                @Override
                public CompressionCodecName getCodecName() {
                    return CompressionCodecName.GZIP;
                }

                @Override
                public void release() {}
            };
        }

        @Override
        public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
            throw new UnsupportedOperationException("this only writes");
        }

        @Override
        public void release() {}
    }
}
