package dev.repro.attest;

import dev.repro.base.Problem;
import java.util.Base64;

/// Base64 of an envelope: written in the standard alphabet with padding; read in that or the URL-safe one, with or without padding (DSSE
/// protocol.md). Strict: one alphabet in one text, no white space, no spare bits, so that a text cannot be changed and mean the same.
final class Base64Text {

    private Base64Text() {}

    static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static byte[] decode(String text, String where) throws Problem {
        boolean urlSafe = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
        try {
            byte[] bytes = (urlSafe ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text);
            Base64.Encoder encoder = urlSafe ? Base64.getUrlEncoder() : Base64.getEncoder();
            boolean padded = text.length() % 4 == 0;
            if ((padded ? encoder : encoder.withoutPadding()).encodeToString(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw Problem.usage("not base64: " + e.getMessage()).where(where).because(e);
        }
        throw Problem.usage("not base64 as an encoder writes it: spare bits are set").where(where);
    }
}
