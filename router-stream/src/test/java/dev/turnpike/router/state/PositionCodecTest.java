package dev.turnpike.router.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.router.decision.Position;
import dev.turnpike.schemas.Amounts;
import java.util.HexFormat;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class PositionCodecTest {

    private static final Position POSITION =
            new Position(new Amounts(1, 2, 3), new Amounts(4, 5, 6), new Amounts(-7, Long.MAX_VALUE, 9), 10, 11);

    // as written by the first release: what is in changelogs must stay readable
    private static final String FORMAT_1 = "01"
            + "000000000000000100000000000000020000000000000003"
            + "000000000000000400000000000000050000000000000006"
            + "fffffffffffffff97fffffffffffffff0000000000000009"
            + "000000000000000a000000000000000b";

    @Test
    void shouldWriteTheFormatOfTheFirstRelease() {
        assertThat(HexFormat.of().formatHex(PositionCodec.write(POSITION))).isEqualTo(FORMAT_1);
        assertThat(PositionCodec.read(HexFormat.of().parseHex(FORMAT_1))).isEqualTo(POSITION);
    }

    @Test
    void shouldRefuseAFormatThatItDoesNotKnow() {
        byte[] later = PositionCodec.write(POSITION);
        later[0] = 2;

        assertThatThrownBy(() -> PositionCodec.read(later))
                .isInstanceOf(SerializationException.class)
                .hasMessage("a position of 89 bytes, format 2, cannot be read by this version");
        assertThatThrownBy(() -> PositionCodec.read(new byte[0])).isInstanceOf(SerializationException.class);
    }
}
