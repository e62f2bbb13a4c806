package dev.repro.tender.daemon;

import java.util.Map;
import java.util.Optional;

/// One request, whole.
///
/// @param method as it was sent; methods are case-sensitive
/// @param path up to the `?`, not decoded: no path here has a `%`
/// @param query after the `?`; empty without one
/// @param headers by name in lower case
/// @param body no more than [HttpReader#BODY] bytes
record HttpRequest(String method, String path, String query, Map<String, String> headers, byte[] body) {

    boolean isHead() {
        return method.equals("HEAD");
    }

    /// Whether the client wants the connection closed after the answer (RFC 9112, 9.6).
    boolean closes() {
        return hasToken("connection", "close");
    }

    private boolean hasToken(String header, String token) {
        for (String word : headers.getOrDefault(header, "").split(",")) {
            if (word.strip().equalsIgnoreCase(token)) {
                return true;
            }
        }
        return false;
    }

    /// The value of `NAME=VALUE` in the query; the first of them.
    Optional<String> parameter(String name) {
        for (String pair : query.split("&")) {
            if (pair.startsWith(name + "=")) {
                return Optional.of(pair.substring(name.length() + 1));
            }
        }
        return Optional.empty();
    }
}
