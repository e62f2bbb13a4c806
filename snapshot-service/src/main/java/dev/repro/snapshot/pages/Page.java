package dev.repro.snapshot.pages;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// What a server answers to GET.
///
/// @param status 200 or 404
/// @param type of the content, with its charset
public record Page(int status, String type, byte[] bytes) {

    /// What every answer must carry: nothing is loaded but from this site, nothing runs, nobody frames it, no address is told to others.
    public static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cache-Control", "no-cache");

    static Page html(int status, Html root) {
        return new Page(status, "text/html; charset=utf-8", ("<!DOCTYPE html>\n" + root.html() + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
