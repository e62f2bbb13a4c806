package dev.repro.tuf.check;

/// What two patterns of target paths have in common. As [dev.repro.tuf.PathPattern] reads them: `*` and `?` within a
/// segment, `/` between.
final class Globs {

    /// Characters of a pattern or target name that is looked at; no file system has longer paths.
    static final int MAX = 4096;

    private Globs() {}

    /// Steps that a comparison takes at most, in units of 256.
    static long cost(String a, String b) {
        return 1 + (long) a.length() * b.length() / 256;
    }

    /// Whether some target name matches both.
    static boolean meet(String a, String b) {
        return segments(a, b, Globs::meetSegment);
    }

    /// Whether every target name that matches `inner` matches `outer`.
    static boolean covers(String outer, String inner) {
        return segments(outer, inner, Globs::coversSegment);
    }

    private interface Test {
        boolean of(String a, String b);
    }

    private static boolean segments(String a, String b, Test test) {
        String[] as = a.split("/", -1);
        String[] bs = b.split("/", -1);
        if (as.length != bs.length) {
            return false;
        }
        for (int i = 0; i < as.length; i++) {
            if (!test.of(as[i], bs[i])) {
                return false;
            }
        }
        return true;
    }

    /// By dynamic programming: `row[j]` says whether what is left of `a` from `i` on meets what is left of `b` from `j` on.
    private static boolean meetSegment(String a, String b) {
        var row = new boolean[b.length() + 1];
        for (int i = a.length(); i >= 0; i--) {
            var next = row.clone();
            for (int j = b.length(); j >= 0; j--) {
                boolean starA = i < a.length() && a.charAt(i) == '*';
                boolean starB = j < b.length() && b.charAt(j) == '*';
                if (i == a.length() && j == b.length()) {
                    row[j] = true;
                } else if (starA || starB) {
                    row[j] = i < a.length() && next[j] || j < b.length() && row[j + 1];
                } else {
                    row[j] = i < a.length() && j < b.length()
                            && (a.charAt(i) == '?' || b.charAt(j) == '?' || a.charAt(i) == b.charAt(j)) && next[j + 1];
                }
            }
        }
        return row[0];
    }

    private static boolean coversSegment(String outer, String inner) {
        return covered(normal(outer), normal(inner));
    }

    /// Of wildcards that stand together, first all `?`, then at most one `*`: patterns that match the same become more alike.
    private static String normal(String pattern) {
        var out = new StringBuilder();
        boolean star = false;
        for (char c : pattern.toCharArray()) {
            if (c == '*') {
                star = true;
                continue;
            }
            if (star && c != '?') {
                out.append('*');
                star = false;
            }
            out.append(c);
        }
        return star ? out.append('*').toString() : out.toString();
    }

    /// As a match of `outer` with the text `inner`, in which only `*` takes a `*`, and only `*` and `?` take a `?`.
    private static boolean covered(String outer, String inner) {
        int p = 0;
        int star = -1;
        int resume = 0;
        for (int t = 0; t < inner.length();) {
            if (p < outer.length() && outer.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < outer.length() && inner.charAt(t) != '*'
                    && (outer.charAt(p) == '?' || outer.charAt(p) == inner.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < outer.length() && outer.charAt(p) == '*') {
            p++;
        }
        return p == outer.length();
    }

    static boolean isLiteral(String text) {
        return text.indexOf('*') < 0 && text.indexOf('?') < 0;
    }
}
