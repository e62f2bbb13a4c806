package dev.repro.snapshot.pages;

import dev.repro.base.Digest;
import dev.repro.tuf.TargetName;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Paths and queries of this site, in both directions.
final class Urls {

    private Urls() {}

    static String release(String name, String version) {
        return release(name) + "/" + encode(version);
    }

    static String release(String name) {
        return "/releases/" + encode(name);
    }

    /// Of the file of a target, in a repository with consistent snapshots.
    static String file(TargetName target, Digest sha256) {
        return "/targets/" + target.url(sha256.hex());
    }

    /// RFC 3986: all but unreserved characters as `%XX`.
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
    }

    /// The decoded segments of a path that begins with `/`.
    ///
    /// @return empty if it is not UTF-8 in `%XX`
    static Optional<List<String>> segments(String rawPath) {
        if (!rawPath.startsWith("/")) {
            return Optional.empty();
        }
        var out = new ArrayList<String>();
        for (String segment : rawPath.substring(1).split("/", -1)) {
            Optional<String> text = decode(segment);
            if (text.isEmpty()) {
                return Optional.empty();
            }
            out.add(text.get());
        }
        return Optional.of(out);
    }

    /// A field of a query; empty if it is not there or cannot be decoded. The first of several counts.
    static Optional<String> field(String rawQuery, String name) {
        for (String pair : rawQuery.split("&", -1)) {
            if (pair.startsWith(name + "=")) {
                return decode(pair.substring(name.length() + 1).replace('+', ' '));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> decode(String text) {
        if (text.chars().anyMatch(c -> c > 0x7f)) {
            return Optional.empty();
        }
        try {
            // Each byte as a character: what is no UTF-8 must be seen, not replaced.
            String bytes = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.ISO_8859_1);
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1))).toString());
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /// An id of an element, from any text: `key-`, and the text's UTF-8 in hexadecimal where it is no plain word.
    static String id(String prefix, String text) {
        return prefix + "-" + (text.matches("[0-9a-z]{1,80}") ? text : "x" + HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8)));
    }
}
