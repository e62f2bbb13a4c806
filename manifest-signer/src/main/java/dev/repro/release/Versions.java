package dev.repro.release;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The order of versions: SemVer's precedence where both are SemVer; those that are not come before all that are, and among themselves run
/// of digits by run of digits. Versions that are equal in precedence (`1.0.0+a`, `1.0.0+b`) are ordered by their text, so that no two are equal.
public final class Versions {
    // semver.org 2.0.0, section 2, 9 and 10
    private static final Pattern SEMVER = Pattern.compile(
            "(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?");
    private static final Pattern RUN = Pattern.compile("\\d+|\\D+");

    /// From the oldest to the newest.
    public static final Comparator<String> ORDER = Versions::compare;

    private Versions() {}

    private static int compare(String a, String b) {
        Matcher left = SEMVER.matcher(a);
        Matcher right = SEMVER.matcher(b);
        boolean semver = left.matches();
        if (semver != right.matches()) {
            return semver ? 1 : -1;
        }
        int order = semver ? precedence(left, right) : natural(a, b);
        return order != 0 ? order : a.compareTo(b);
    }

    private static int precedence(Matcher a, Matcher b) {
        for (int i = 1; i <= 3; i++) {
            int order = new BigInteger(a.group(i)).compareTo(new BigInteger(b.group(i)));
            if (order != 0) {
                return order;
            }
        }
        if (a.group(4) == null || b.group(4) == null) { // section 11.3: a pre-release comes first
            return a.group(4) == null ? b.group(4) == null ? 0 : 1 : -1;
        }
        String[] left = a.group(4).split("\\.", -1);
        String[] right = b.group(4).split("\\.", -1);
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            int order = identifier(left[i], right[i]);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.length, right.length);
    }

    // Section 11.4: numbers by value and before all others
    private static int identifier(String a, String b) {
        boolean left = isNumber(a);
        if (left != isNumber(b)) {
            return left ? -1 : 1;
        }
        return left ? new BigInteger(a).compareTo(new BigInteger(b)) : a.compareTo(b);
    }

    private static int natural(String a, String b) {
        Matcher left = RUN.matcher(a);
        Matcher right = RUN.matcher(b);
        while (left.find()) {
            if (!right.find()) {
                return 1;
            }
            int order = identifier(left.group(), right.group());
            if (order != 0) {
                return order;
            }
        }
        return right.find() ? -1 : 0;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
