package dev.repro.tender.daemon;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// An answer, whole.
///
/// @param type of the body
/// @param header one more header line without its end, as `Allow: GET`; empty for none
record HttpReply(int status, String type, byte[] body, String header) {
    /// IMF-fixdate (RFC 9110, 5.6.7).
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT).withZone(ZoneOffset.UTC);

    static HttpReply json(int status, Json body) {
        return new HttpReply(status, "application/json", JsonText.pretty(body).getBytes(StandardCharsets.UTF_8), "");
    }

    static HttpReply text(int status, String text) {
        return new HttpReply(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), "");
    }

    /// What went wrong that is no refusal of the gate: `repro.error.v1`.
    static HttpReply error(int status, int code, String what, String hint) {
        return json(status, Json.object("schema", "repro.error.v1", "error", what, "code", code, "where", null, "expected", null, "found", null,
                "hint", hint));
    }

    HttpReply with(String itsHeader) {
        return new HttpReply(status, type, body, itsHeader);
    }

    /// As it goes over the connection.
    ///
    /// @param headOnly the answer to a HEAD
    /// @param closes whether the connection is closed after it
    byte[] bytes(Instant now, boolean headOnly, boolean closes) {
        String head = "HTTP/1.1 " + status + ' ' + reason(status) + "\r\nDate: " + DATE.format(now) + "\r\nContent-Type: " + type + "\r\nContent-Length: "
                + body.length + "\r\nCache-Control: no-store\r\n" + (header.isEmpty() ? "" : header + "\r\n") + (closes ? "Connection: close\r\n" : "")
                + "\r\n";
        byte[] first = head.getBytes(StandardCharsets.ISO_8859_1);
        byte[] out = java.util.Arrays.copyOf(first, first.length + (headOnly ? 0 : body.length));
        System.arraycopy(body, 0, out, first.length, out.length - first.length);
        return out;
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 201 -> "Created";
            case 202 -> "Accepted";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 411 -> "Length Required";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 417 -> "Expectation Failed";
            case 422 -> "Unprocessable Content";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "Status";
        };
    }
}
