package dev.repro.tuf;

/// A pattern of target paths: `*` stands for any characters, `?` for one, neither for `/`; all else for itself, and case counts (TUF 4.5).
public record PathPattern(String glob) {

    public boolean matches(TargetName target) {
        String[] patterns = glob.split("/", -1);
        String[] segments = target.text().split("/", -1);
        if (patterns.length != segments.length) {
            return false;
        }
        for (int i = 0; i < patterns.length; i++) {
            if (!matches(patterns[i], segments[i])) {
                return false;
            }
        }
        return true;
    }

    /// Goes back to the last `*` only, so that it takes at most pattern x text steps.
    private static boolean matches(String pattern, String text) {
        int p = 0;
        int star = -1;
        int resume = 0;
        for (int t = 0; t < text.length();) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
