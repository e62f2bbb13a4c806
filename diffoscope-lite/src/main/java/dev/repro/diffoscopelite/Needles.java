package dev.repro.diffoscopelite;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The planted texts in every form in which a program may write them, longest first.
final class Needles {
    /// From this length on a text stands for itself wherever it stands, and proves its cause even when only one build has it.
    static final int UNIQUE = 8;
    /// Shorter parts of a path are too common.
    private static final int COMPONENT = 5;

    /// @param variation index of the canary's variation in [#variations]
    /// @param whole the planted text, not just a part of it
    record Needle(String text, int variation, boolean whole) {
        boolean unique() {
            return text.length() >= UNIQUE;
        }
    }

    final List<String> variations = new ArrayList<>();
    final List<Needle> a = new ArrayList<>();
    final List<Needle> b = new ArrayList<>();

    Needles(List<Canary> canaries) {
        for (var canary : canaries) {
            if (canary.a().equals(canary.b()) || Numbers.digits(canary.a()) && Numbers.digits(canary.b())) {
                continue;
            }
            if (!variations.contains(canary.variation())) {
                variations.add(canary.variation());
            }
            int variation = variations.indexOf(canary.variation());
            forms(canary.a(), canary.b(), variation, a);
            forms(canary.b(), canary.a(), variation, b);
        }
        var longestFirst = Comparator.comparingInt((Needle n) -> -n.text.length());
        a.sort(longestFirst);
        b.sort(longestFirst);
    }

    private static void forms(String text, String other, int variation, List<Needle> out) {
        // Files are compared byte by byte, each byte a character: so is what is looked for.
        String bytes = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        var seen = new HashSet<String>();
        add(bytes, variation, true, seen, out);
        add(URLEncoder.encode(text, StandardCharsets.UTF_8), variation, true, seen, out);
        add(URLEncoder.encode(text, StandardCharsets.UTF_8).replace("%2F", "/"), variation, true, seen, out);
        if (text.length() >= UNIQUE) {
            // As a symbol name: ld -b binary, include guards.
            String mangled = bytes.replaceAll("[^A-Za-z0-9]", "_");
            add(mangled, variation, true, seen, out);
            add(mangled.replaceAll("^_+", ""), variation, true, seen, out);
        }
        if (text.startsWith("/")) {
            var otherParts = new HashSet<>(List.of(other.split("/+")));
            for (String part : bytes.split("/+")) {
                if (part.length() >= COMPONENT && !otherParts.contains(part)) {
                    add(part, variation, false, seen, out);
                }
            }
        }
    }

    private static void add(String text, int variation, boolean whole, Set<String> seen, List<Needle> out) {
        if (!text.isEmpty() && seen.add(text)) {
            out.add(new Needle(text, variation, whole));
        }
    }

    /// Where the needle first stands in the text; a short one only where no letter or digit continues it. -1 for nowhere.
    static int find(String text, Needle needle, int from) {
        int at = text.indexOf(needle.text, from);
        while (at >= 0 && !needle.unique() && !(boundary(text, at - 1) && boundary(text, at + needle.text.length()))) {
            at = text.indexOf(needle.text, at + 1);
        }
        return at;
    }

    private static boolean boundary(String text, int index) {
        return index < 0 || index >= text.length() || !Character.isLetterOrDigit(text.charAt(index)) && text.charAt(index) != '_';
    }

    /// Matches nothing but whole file modes as `ls -l` writes them.
    static final Pattern MODE_TEXT = Pattern.compile("[-dlbcps](?:[r-][w-][xsStT-]){3}");
}
