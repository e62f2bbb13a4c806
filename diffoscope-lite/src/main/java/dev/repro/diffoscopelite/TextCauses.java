package dev.repro.diffoscopelite;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Pattern;

/// Why two texts differ: what is explained is replaced by the same placeholder on both sides, until they are equal.
///
/// A text can have several causes (`built by ann@host in /b/x at Jan 1 2026`): each gives a [Clue].
final class TextCauses {
    /// Placeholders are characters that no byte is: from here on one for each variation, and one for everything else.
    private static final char VARIATION = 0x1000;
    private static final char EXPLAINED = 0x0fff;

    private static final Pattern DIGITS = Pattern.compile("(?<![0-9.])[0-9]+(?![0-9]|\\.[0-9])");

    private record Likely(String cause, Pattern pattern) {
        Likely(String cause, String pattern) {
            this(cause, Pattern.compile(pattern));
        }
    }

    private static final List<Likely> PATTERNS = List.of(
            new Likely("uuid", "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"),
            new Likely("temp-names", "\\bcc[A-Za-z0-9]{6}(?=\\.|\\b)"),
            new Likely("temp-names", "(?<=caml(startup|prim))[A-Za-z0-9]{6}"),
            new Likely("temp-names", "(?<=/tmp/)[A-Za-z0-9._-]*[A-Za-z0-9]{6,}|(?<=tmp[._-]?)[A-Za-z0-9_]{6,12}"),
            new Likely("aslr", "0x(?:55|56|7e|7f)[0-9a-f]{10}\\b|\\b(?:55|56|7e|7f)[0-9a-f]{10}\\b"),
            new Likely("checksum", "\\b(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})\\b"),
            new Likely("randomness", "\\b(?=[0-9a-f]*[0-9])[0-9a-f]{12,}\\b"),
            new Likely("randomness", "(?<![A-Za-z0-9+_-])(?=[A-Za-z+_-]*[0-9])[A-Za-z0-9+/_-]{16,}={0,2}(?![A-Za-z0-9])"),
            new Likely("pid", "(?i)(?<=pid[ =:_-]{0,3})[0-9]{1,7}\\b"),
            new Likely("pid", "(?<=[A-Za-z_.-])[1-9][0-9]{0,6}(?=\\.[A-Za-z]{1,4}\\b)"));

    /// What one pair of texts gives.
    ///
    /// @param explained whether nothing is left that no clue explains
    record Explanation(List<Clue> clues, boolean explained) {}

    private final Needles needles;
    private final Numbers numbers;
    private final Instants instants;

    TextCauses(Planted planted) {
        needles = new Needles(planted.canaries());
        numbers = new Numbers(planted.canaries());
        instants = new Instants(planted);
    }

    /// Either text may be empty, when there is nothing on that side.
    Explanation explain(String a, String b) {
        return new Pair(a, b).explain();
    }

    /// The text without what was planted in that build and can be nothing else.
    String mask(String text, boolean inA) {
        String result = text;
        for (var needle : inA ? needles.a : needles.b) {
            if (needle.unique() && needle.whole()) {
                result = result.replace(needle.text(), String.valueOf((char) (VARIATION + needle.variation())));
            }
        }
        return result;
    }

    private final class Pair {
        private final String wholeA;
        private final String wholeB;
        private String a;
        private String b;
        private final List<Clue> clues = new ArrayList<>();
        private boolean oneSided;

        Pair(String a, String b) {
            this.wholeA = a;
            this.wholeB = b;
            this.a = a;
            this.b = b;
        }

        Explanation explain() {
            canaries(true);
            times();
            canaries(false);
            pairs(DIGITS, numbers::text);
            pairs(Needles.MODE_TEXT, (x, y) -> mode(x, y) ? new Clue("umask", Proof.LIKELY, x, y) : null);
            if (!oneSided && !a.equals(b)) {
                patterns();
            }
            return new Explanation(clues, oneSided || a.equals(b));
        }

        private boolean mode(String x, String y) {
            return x.charAt(0) == y.charAt(0) && numbers.mode(bits(x), bits(y));
        }

        private static long bits(String mode) {
            long bits = 0;
            for (int i = 1; i < 10; i++) {
                bits = bits << 1 | (mode.charAt(i) == '-' ? 0 : 1);
            }
            return bits;
        }

        /// Replaces the planted texts; the unique ones before anything else, those that may stand there by accident later, and
        /// then only when both builds show theirs.
        private void canaries(boolean unique) {
            var all = new BitSet();
            all.set(0, needles.variations.size());
            var hitsA = new BitSet();
            var hitsB = new BitSet();
            var parts = new BitSet();
            replace(a, needles.a, unique, all, hitsA, parts);
            replace(b, needles.b, unique, all, hitsB, parts);
            var both = (BitSet) hitsA.clone();
            both.and(hitsB);
            var hits = (BitSet) hitsA.clone();
            hits.or(hitsB);
            var counted = unique ? hits : both;
            a = replace(a, needles.a, unique, counted, hitsA, parts);
            b = replace(b, needles.b, unique, counted, hitsB, parts);
            counted.stream().forEach(v -> {
                clues.add(new Clue(needles.variations.get(v), Proof.CANARY, around(wholeA, needles.a, v),
                        around(wholeB, needles.b, v)));
                oneSided |= !both.get(v) || parts.get(v);
            });
        }

        private static String replace(String text, List<Needles.Needle> list, boolean unique, BitSet allowed, BitSet hits,
                BitSet parts) {
            String result = text;
            for (var needle : list) {
                boolean wanted = needle.unique() == unique && allowed.get(needle.variation());
                int at = wanted ? Needles.find(result, needle, 0) : -1;
                while (at >= 0) {
                    hits.set(needle.variation());
                    if (!needle.whole()) {
                        parts.set(needle.variation());
                    }
                    result = result.substring(0, at) + (char) (VARIATION + needle.variation())
                            + result.substring(at + needle.text().length());
                    at = Needles.find(result, needle, at + 1);
                }
            }
            return result;
        }

        private static String around(String text, List<Needles.Needle> list, int variation) {
            for (var needle : list) {
                int at = needle.variation() == variation ? Needles.find(text, needle, 0) : -1;
                if (at >= 0) {
                    return Shown.text(text, at);
                }
            }
            return Shown.text(text);
        }

        private void times() {
            var tokensA = TimeText.scan(a);
            var tokensB = TimeText.scan(b);
            tokensA.removeIf(t -> !t.moment().evident() && instants.cause(t.moment(), true) == null);
            tokensB.removeIf(t -> !t.moment().evident() && instants.cause(t.moment(), false) == null);
            var masksA = new ArrayList<TimeText.Token>();
            var masksB = new ArrayList<TimeText.Token>();
            int common = Math.min(tokensA.size(), tokensB.size());
            for (int i = 0; i < common; i++) {
                if (time(tokensA.get(i), tokensB.get(i))) {
                    masksA.add(tokensA.get(i));
                    masksB.add(tokensB.get(i));
                }
            }
            boolean otherShape = tokensA.size() != tokensB.size() && common > 0 && !masksA.isEmpty();
            a = mask(a, masksA);
            b = mask(b, masksB);
            if (wholeA.isEmpty() || wholeB.isEmpty()) {
                times(tokensA, true);
                times(tokensB, false);
            }
            oneSided |= otherShape;
        }

        /// Times that only one build has at all.
        private void times(List<TimeText.Token> tokens, boolean inA) {
            for (var token : tokens) {
                String cause = instants.cause(token.moment(), inA);
                if (cause != null && !(token.moment() instanceof Moment.Year)) {
                    clues.add(new Clue(cause, Proof.LIKELY, Shown.text(wholeA), Shown.text(wholeB)));
                    oneSided = true;
                }
            }
        }

        private boolean time(TimeText.Token x, TimeText.Token y) {
            String textA = a.substring(x.start(), x.end());
            String textB = b.substring(y.start(), y.end());
            if (textA.equals(textB)) {
                return false;
            }
            String cause = instants.cause(x.moment(), y.moment());
            boolean alike = x.moment().getClass() == y.moment().getClass();
            if (cause == null && alike && x.moment().evident() && y.moment().evident()) {
                clues.add(new Clue(Moment.sameInstant(x.moment(), y.moment()) ? "timezone" : "time", Proof.LIKELY,
                        Shown.text(textA), Shown.text(textB)));
                return true;
            }
            if (cause == null) {
                return false;
            }
            clues.add(new Clue(cause, Proof.CANARY, Shown.text(textA), Shown.text(textB)));
            return true;
        }

        private static String mask(String text, List<TimeText.Token> tokens) {
            String result = text;
            for (var token : tokens.reversed()) {
                result = result.substring(0, token.start()) + EXPLAINED + result.substring(token.end());
            }
            return result;
        }

        private interface Judge {
            Clue judge(String x, String y);
        }

        /// Takes the n-th match in A and in B as a pair, when there are as many in both.
        private void pairs(Pattern pattern, Judge judge) {
            var inA = pattern.matcher(a).results().toList();
            var inB = pattern.matcher(b).results().toList();
            if (a.equals(b) || inA.size() != inB.size()) {
                return;
            }
            for (int i = inA.size() - 1; i >= 0; i--) {
                var x = inA.get(i);
                var y = inB.get(i);
                var clue = x.group().equals(y.group()) ? null : judge.judge(x.group(), y.group());
                if (clue != null) {
                    clues.add(clue);
                    a = a.substring(0, x.start()) + EXPLAINED + a.substring(x.end());
                    b = b.substring(0, y.start()) + EXPLAINED + b.substring(y.end());
                }
            }
        }

        private void patterns() {
            var words = Order.permutedWords(a, b);
            if (!words.getFirst().isEmpty()) {
                likely(Order.byLocale(words.get(0), words.get(1)) ? "locale" : "file-order");
                return;
            }
            for (var likely : PATTERNS) {
                pairs(likely.pattern, (x, y) -> new Clue(likely.cause, Proof.LIKELY, Shown.text(x), Shown.text(y)));
            }
            boolean spelling = a.equalsIgnoreCase(b) || a.replace(',', '.').equals(b.replace(',', '.')) || ascii(a) != ascii(b);
            if (!a.equals(b) && spelling && written(a) && written(b)) {
                likely("locale");
            }
        }

        /// Whether it is a text that a person could have written, and not bytes.
        private static boolean written(String text) {
            return !text.isEmpty() && text.chars().allMatch(c -> c >= 0x20 && c != 0x7f || c == '\t');
        }

        private static boolean ascii(String text) {
            return text.chars().noneMatch(c -> c >= 0x80 && c <= 0xff);
        }

        private void likely(String cause) {
            int focus = 0;
            while (focus < wholeA.length() && focus < wholeB.length() && wholeA.charAt(focus) == wholeB.charAt(focus)) {
                focus++;
            }
            clues.add(new Clue(cause, Proof.LIKELY, Shown.text(wholeA, focus), Shown.text(wholeB, focus)));
            a = b;
        }
    }
}
