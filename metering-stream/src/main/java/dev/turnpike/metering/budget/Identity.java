package dev.turnpike.metering.budget;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Names made of parts: joined by slashes, each part form-encoded, so that different parts never give the same name. */
final class Identity {

    private Identity() {}

    static String of(Object... parts) {
        StringBuilder name = new StringBuilder(64);
        for (Object part : parts) {
            if (!name.isEmpty()) {
                name.append('/');
            }
            name.append(URLEncoder.encode(part.toString(), StandardCharsets.UTF_8));
        }
        return name.toString();
    }
}
