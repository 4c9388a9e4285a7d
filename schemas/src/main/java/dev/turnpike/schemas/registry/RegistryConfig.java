package dev.turnpike.schemas.registry;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** How to reach a registry, in the names and with the defaults of Confluent's client. */
record RegistryConfig(
        List<Server> servers,
        @Nullable String mockScope,
        boolean normalize,
        Duration connectTimeout,
        Duration readTimeout,
        int maxRetries,
        long retryWaitMillis,
        long retryMaxWaitMillis) {

    static final String URL = "schema.registry.url";
    private static final String MOCK = "mock://";

    /** One address with the value of its Authorization header. */
    record Server(String url, @Nullable String authorization) {

        @Override
        public String toString() {
            return url;
        }
    }

    static RegistryConfig of(Map<String, ?> settings) {
        refuseUnsupported(settings);
        List<String> urls = urls(settings);
        String mockScope = null;
        List<Server> servers = List.of();
        if (urls.get(0).startsWith(MOCK)) {
            if (urls.size() > 1) {
                throw new ConfigException(URL + ": a mock:// address stands alone");
            }
            mockScope = urls.get(0).substring(MOCK.length());
        } else {
            servers = urls.stream().map(url -> server(url, settings)).toList();
        }
        return new RegistryConfig(
                servers,
                mockScope,
                Boolean.parseBoolean(text(settings, "normalize.schemas", "false")),
                Duration.ofMillis(number(settings, "http.connect.timeout.ms", 60_000, 1)),
                Duration.ofMillis(number(settings, "http.read.timeout.ms", 60_000, 1)),
                (int) number(settings, "max.retries", 3, 0),
                number(settings, "retries.wait.ms", 1_000, 0),
                number(settings, "retries.max.wait.ms", 20_000, 0));
    }

    private static List<String> urls(Map<String, ?> settings) {
        Object value = settings.get(URL);
        List<String> urls = new ArrayList<>();
        List<?> parts = value instanceof List<?> list
                ? list
                : List.of(String.valueOf(value).split(","));
        for (Object part : parts) {
            String url = part.toString().trim();
            if (!url.isEmpty()) {
                urls.add(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
            }
        }
        if (value == null || urls.isEmpty()) {
            throw new ConfigException(URL + ": is missing; set the address of the schema registry");
        }
        return urls;
    }

    private static Server server(String url, Map<String, ?> settings) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(URL + ": an address is malformed; use http://host:port");
        }
        if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
            throw new ConfigException(URL + ": an address is neither http://host:port nor https://host:port");
        }
        String userInfo = uri.getRawUserInfo();
        String bare = userInfo == null ? url : url.replaceFirst("//[^@/]*@", "//");
        String bearer = text(settings, "bearer.auth.token", "");
        if (!bearer.isEmpty()) {
            return new Server(bare, "Bearer " + bearer);
        }
        if (text(settings, "basic.auth.credentials.source", "URL").equals("USER_INFO")) {
            String given = text(settings, "basic.auth.user.info", "");
            if (!given.contains(":")) {
                throw new ConfigException("basic.auth.user.info: must be user:password");
            }
            return new Server(bare, basic(given));
        }
        return new Server(bare, userInfo == null ? null : basic(URLDecoder.decode(userInfo, StandardCharsets.UTF_8)));
    }

    private static String basic(String userInfo) {
        return "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
    }

    private static void refuseUnsupported(Map<String, ?> settings) {
        refuseUnless(settings, "basic.auth.credentials.source", "URL", "URL", "USER_INFO");
        refuseUnless(settings, "bearer.auth.credentials.source", "STATIC_TOKEN", "STATIC_TOKEN");
        refuseUnless(settings, "proxy.host", "", "");
        for (String key : settings.keySet()) {
            if (key.startsWith("schema.registry.ssl.")) {
                throw new ConfigException(
                        key + ": is not supported; set the JVM's javax.net.ssl.trustStore and keyStore");
            }
        }
    }

    private static void refuseUnless(Map<String, ?> settings, String key, String otherwise, String... supported) {
        String value = text(settings, key, otherwise);
        if (!List.of(supported).contains(value)) {
            throw new ConfigException(key + "=" + value + ": is not supported; "
                    + (otherwise.isEmpty() ? "leave it out" : "use " + String.join(" or ", supported)));
        }
    }

    private static long number(Map<String, ?> settings, String key, long otherwise, long least) {
        String value = text(settings, key, Long.toString(otherwise));
        try {
            long number = Long.parseLong(value.trim());
            if (number >= least && number <= Integer.MAX_VALUE) {
                return number;
            }
        } catch (NumberFormatException e) {
            // answered below, as any other refused number
        }
        throw new ConfigException(key + "=" + value + ": must be a whole number from " + least);
    }

    /** Confluent's clients take these settings with and without the prefix {@code schema.registry.}. */
    private static String text(Map<String, ?> settings, String key, String otherwise) {
        Object value = settings.get(key);
        if (value == null) {
            value = settings.get("schema.registry." + key);
        }
        return value == null ? otherwise : value.toString();
    }
}
