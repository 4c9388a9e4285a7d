package dev.turnpike.cli.focus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.cli.log.Entry;
import dev.turnpike.schemas.Pricing.Tokens;
import dev.turnpike.schemas.Topics;
import dev.turnpike.schemas.event.LedgerEntry;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BillTest {

    private static final LedgerEntry USAGE = Ledger.usage("e1", new Tokens(1_000, 20, 0, 0, 100, 0), "batch");

    @TempDir
    Path folder;

    private Path csv;
    private Path parquet;

    @BeforeEach
    void name() {
        csv = folder.resolve("bill.csv");
        parquet = folder.resolve("bill.parquet");
    }

    @Test
    void shouldWriteTheSameToBothKindsOfFile() throws IOException {
        write(csv, USAGE, Ledger.reversal(USAGE, "e2"), Ledger.unpriced("e3", new Tokens(1, 0, 0, 0, 0, 0)));
        write(parquet, USAGE, Ledger.reversal(USAGE, "e2"), Ledger.unpriced("e3", new Tokens(1, 0, 0, 0, 0, 0)));

        List<String> lines = Files.readAllLines(csv);
        assertThat(lines).hasSize(1 + 4 + 4 + 1);
        assertThat(lines.get(0)).startsWith("BilledCost,BillingAccountId,").endsWith(",x_Unpriced,x_Estimated");
        assertThat(lines.get(1))
                .startsWith("0.000625,acme,acme,Organization,USD,2026-08-01T00:00:00Z,2026-07-01T00:00:00Z,Usage,,")
                .contains(
                        ",\"{\"\"cost_center\"\":\"\"42\"\",\"\"project\"\":\"\"a \\\"\"quoted\\\"\", name\"\"}\",ann,,,r-e1,e1,,");
        List<Group> rows = read(parquet);
        assertThat(rows).hasSize(9);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(decimal(rows.get(i), "BilledCost", 9))
                    .isEqualByComparingTo(
                            lines.get(i + 1).substring(0, lines.get(i + 1).indexOf(',')));
        }
        assertThat(rows.get(0).getString("SkuMeter", 0)).isEqualTo("Input Tokens");
        assertThat(rows.get(0).getFieldRepetitionCount("ChargeClass")).isZero();
        assertThat(rows.get(4).getString("ChargeClass", 0)).isEqualTo("Correction");
        assertThat(rows.get(0).getLong("BillingPeriodStart", 0)).isEqualTo(1_782_864_000_000L);
        assertThat(decimal(rows.get(0), "ListCost", 21)).isEqualByComparingTo("0.0006250000005");
    }

    @Test
    void shouldLeaveNoFileWhereARuleIsBroken() throws IOException {
        Files.writeString(csv, "what was there");
        LedgerEntry wrong = Ledger.unpriced("e1", new Tokens(1, 0, 0, 0, 0, 0));
        wrong.setModel(" large");

        assertThatThrownBy(() -> write(csv, USAGE, wrong))
                .hasMessageContaining("ledger-0@7: ledger entry e1: ")
                .hasMessageContaining("ResourceName must not begin or end with a blank: ' large'");

        assertThat(csv).hasContent("what was there");
        assertThat(folder).isDirectoryContaining(file -> file.equals(csv));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(csv);
        }
    }

    @Test
    void shouldRefuseOtherFiles() {
        assertThatThrownBy(() -> Bill.check(folder.resolve("bill.xlsx")))
                .hasMessageContaining("must end in .csv or .parquet");
        assertThatThrownBy(() -> Bill.begin(folder.resolve("nowhere/bill.csv"), "acme", List.of()))
                .hasMessageContaining("its folder does not exist");
    }

    private static void write(Path path, LedgerEntry... entries) throws IOException {
        try (Bill bill = Bill.begin(path, "acme", List.of(Ledger.OFFER))) {
            for (LedgerEntry entry : entries) {
                bill.add(new Entry<>(Topics.LEDGER, 0, 7, Ledger.AT, entry.getTeam(), entry));
            }
            bill.finish();
        }
    }

    private static List<Group> read(Path path) throws IOException {
        List<Group> rows = new ArrayList<>();
        ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                .withCodecFactory(new Gunzip())
                .build();
        try (ParquetFileReader file = ParquetFileReader.open(new LocalInputFile(path), options)) {
            MessageType schema = file.getFileMetaData().getSchema();
            assertThat(file.getFileMetaData().getKeyValueMetaData()).containsEntry("focus.version", "1.4");
            assertThat(schema.getColumns()).hasSize(Column.values().length);
            for (PageReadStore pages = file.readNextRowGroup(); pages != null; pages = file.readNextRowGroup()) {
                RecordReader<Group> reader = new ColumnIOFactory()
                        .getColumnIO(schema)
                        .getRecordReader(pages, new GroupRecordConverter(schema));
                for (long i = 0; i < pages.getRowCount(); i++) {
                    rows.add(reader.read());
                }
            }
        }
        return rows;
    }

    private static BigDecimal decimal(Group row, String column, int places) {
        return new BigDecimal(new BigInteger(row.getBinary(column, 0).getBytes()), places);
    }

    private static final class Gunzip implements CompressionCodecFactory {

        @Override
        public BytesInputCompressor getCompressor(CompressionCodecName name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
            assertThat(name).isIn(Arrays.asList(CompressionCodecName.GZIP, CompressionCodecName.UNCOMPRESSED));
            return new BytesInputDecompressor() {
                @Override
                public BytesInput decompress(BytesInput bytes, int size) throws IOException {
                    return BytesInput.from(new GZIPInputStream(bytes.toInputStream()).readAllBytes());
                }

                @Override
                public void decompress(ByteBuffer in, int compressed, ByteBuffer out, int size) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void release() {}
            };
        }

        @Override
        public void release() {}
    }
}
