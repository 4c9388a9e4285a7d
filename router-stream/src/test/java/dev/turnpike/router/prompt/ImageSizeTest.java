package dev.turnpike.router.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageSizeTest {

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif"})
    void shouldReadTheSizeOfAnImage(String format) throws IOException {
        var bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(new BufferedImage(321, 123, BufferedImage.TYPE_INT_RGB), format, bytes))
                .isTrue();

        assertThat(ImageSize.of(dataUrl(bytes.toByteArray()))).isEqualTo(new ImageSize(321, 123));
    }

    // headers as written by libwebp for an image of 321 x 123
    @ParameterizedTest
    @CsvSource({
        "52494646 24000000 57454250 56503820 18000000 300100 9d012a 4101 7b00 02003425",
        "52494646 24000000 57454250 5650384c 18000000 2f 4081 1e00 0000000000000000000000",
        "52494646 24000000 57454250 56503858 0a000000 10000000 400100 7a0000 00000000"
    })
    void shouldReadTheSizeOfAWebpImage(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));

        assertThat(ImageSize.of(dataUrl(bytes))).isEqualTo(new ImageSize(321, 123));
    }

    @Test
    void shouldKnowNothingOfWhatIsNotAnImage() {
        assertThat(ImageSize.of("https://example.com/cat.png")).isNull();
        assertThat(ImageSize.of("data:image/png;base64,")).isNull();
        assertThat(ImageSize.of("data:image/png;base64,!!!!")).isNull();
        assertThat(ImageSize.of(dataUrl(new byte[100]))).isNull();
        assertThat(ImageSize.of(dataUrl(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 0, 4})))
                .isNull();
    }

    private static String dataUrl(byte[] bytes) {
        return "data:image/any;base64," + Base64.getEncoder().encodeToString(bytes);
    }
}
