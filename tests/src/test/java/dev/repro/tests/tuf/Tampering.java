package dev.repro.tests.tuf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// What an attacker without keys can make of a file.
final class Tampering {
    private static final Pattern SIGNATURE = Pattern.compile("(\"sig\": ?\"[^\"]{8})(.)");

    private Tampering() {}

    /// Each must be refused. The first is JSON that says something else and carries the old signatures.
    static Map<String, byte[]> ofMetadata(byte[] file) {
        String text = new String(file, StandardCharsets.UTF_8);
        var out = new LinkedHashMap<String, byte[]>();
        if (text.contains("\"expires\"")) {
            put(out, "expires later", text, text.replaceFirst("\"expires\": ?\"(\\d{3})\\d", "\"expires\":\"$19"));
        } else { // a rotation of keys
            put(out, "higher threshold", text, text.replaceFirst("\"threshold\": ?(\\d+)", "\"threshold\":1$1"));
        }
        String others = SIGNATURE.matcher(text).replaceAll(m -> m.group(1) + (m.group(2).equals("0") ? "1" : "0"));
        put(out, "other signatures", text, others);
        put(out, "no signatures", text, text.replaceFirst("(?s)\"signatures\": ?\\[[^]]*]", "\"signatures\":[]"));
        put(out, "newer version", text, text.replaceAll("(\"version\": ?)(\\d+)", "$1 7$2"));
        out.put("cut off", Arrays.copyOf(file, file.length / 2));
        return out;
    }

    /// Each must be refused.
    static Map<String, byte[]> ofTarget(byte[] file) {
        var out = new LinkedHashMap<String, byte[]>();
        if (file.length > 0) {
            byte[] other = file.clone();
            other[file.length / 2] ^= 1;
            out.put("one bit", other);
            out.put("cut off", Arrays.copyOf(file, file.length - 1));
        }
        out.put("longer", Arrays.copyOf(file, file.length + 1));
        return out;
    }

    private static void put(Map<String, byte[]> out, String name, String before, String after) {
        if (before.equals(after)) {
            throw new IllegalStateException("nothing to tamper with for: " + name);
        }
        out.put(name, after.getBytes(StandardCharsets.UTF_8));
    }
}
