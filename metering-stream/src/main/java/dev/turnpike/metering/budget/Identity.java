package dev.turnpike.metering.budget;

import dev.turnpike.schemas.FormEncoding;

/** Names made of parts: joined by slashes, each part form-encoded, so that different parts never give the same name. */
final class Identity {

    private Identity() {}

    static String of(Object... parts) {
        StringBuilder name = new StringBuilder(64);
        for (Object part : parts) {
            if (!name.isEmpty()) {
                name.append('/');
            }
            name.append(FormEncoding.encode(part.toString()));
        }
        return name.toString();
    }
}
