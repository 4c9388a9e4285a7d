package dev.turnpike.router.prompt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The size in pixels of an image that a message carries with it, read from its first bytes. */
record ImageSize(int width, int height) {

    private static final String BASE64 = ";base64,";
    // the size of a JPEG follows its embedded preview, which takes at most one segment of 64 KiB
    private static final int MOST_HEADER_CHARS = 4 * 64 * 1024;

    /** Reads a data URL; null for what is not inline, or not a PNG, JPEG, GIF or WebP image. */
    static @Nullable ImageSize of(String url) {
        int data = url.startsWith("data:image/") ? url.indexOf(BASE64) : -1;
        if (data < 0) {
            return null;
        }
        int from = data + BASE64.length();
        int length = Math.min(url.length() - from, MOST_HEADER_CHARS) / 4 * 4;
        try {
            return of(ByteBuffer.wrap(Base64.getDecoder()
                    .decode(url.substring(from, from + length).getBytes(StandardCharsets.US_ASCII))));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return null;
        }
    }

    private static @Nullable ImageSize of(ByteBuffer bytes) {
        int magic = bytes.getInt(0);
        if (magic == 0x89504e47) {
            return size(bytes.getInt(16), bytes.getInt(20));
        }
        if (magic == 0x47494638) {
            return size(Short.reverseBytes(bytes.getShort(6)) & 0xffff, Short.reverseBytes(bytes.getShort(8)) & 0xffff);
        }
        if (magic == 0x52494646 && bytes.getInt(8) == 0x57454250) {
            return webp(bytes);
        }
        return magic >>> 8 == 0xffd8ff ? jpeg(bytes) : null;
    }

    private static @Nullable ImageSize webp(ByteBuffer bytes) {
        return switch (bytes.getInt(12)) {
            // lossy: 14 bits each, little-endian
            case 0x56503820 ->
                size(Short.reverseBytes(bytes.getShort(26)) & 0x3fff, Short.reverseBytes(bytes.getShort(28)) & 0x3fff);
            // lossless: 14 bits each, less one, packed
            case 0x5650384c -> {
                int packed = Integer.reverseBytes(bytes.getInt(21));
                yield size((packed & 0x3fff) + 1, (packed >>> 14 & 0x3fff) + 1);
            }
            // extended: 24 bits each, less one
            case 0x56503858 ->
                size(
                        (Integer.reverseBytes(bytes.getInt(24)) & 0xffffff) + 1,
                        (Integer.reverseBytes(bytes.getInt(26)) >>> 8) + 1);
            default -> null;
        };
    }

    /** Follows the segments to the frame header, SOF0 to SOF15 but for the three that are none. */
    private static @Nullable ImageSize jpeg(ByteBuffer bytes) {
        int at = 2;
        while (true) {
            int marker = bytes.getShort(at) & 0xffff;
            boolean frame =
                    marker >= 0xffc0 && marker <= 0xffcf && marker != 0xffc4 && marker != 0xffc8 && marker != 0xffcc;
            if (frame) {
                return size(bytes.getShort(at + 7) & 0xffff, bytes.getShort(at + 5) & 0xffff);
            }
            if (marker < 0xff01) {
                return null;
            }
            at += 2 + (bytes.getShort(at + 2) & 0xffff);
        }
    }

    private static @Nullable ImageSize size(int width, int height) {
        return width > 0 && height > 0 ? new ImageSize(width, height) : null;
    }
}
