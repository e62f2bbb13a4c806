package dev.repro.builder.toolchain;

import java.util.Arrays;

/// Which texts are names of packages, of suites, and of files inside an archive or a root.
final class Names {

    private Names() {}

    /// Debian Policy 5.6.1: lower-case letters, digits, `+`, `-`, `.`, at least two, the first a letter or digit. A hyphen at
    /// the end is refused: to apt it means removal.
    static boolean isPackage(String text) {
        return text.length() >= 2 && text.length() <= 200 && isAlphanumeric(text.charAt(0)) && !text.endsWith("-")
                && text.chars().allMatch(c -> isAlphanumeric(c) || c == '+' || c == '-' || c == '.');
    }

    /// A suite or codename: as a package, upper case is allowed too.
    static boolean isSuite(String text) {
        return isPackage(text.toLowerCase(java.util.Locale.ROOT));
    }

    /// A relative path without empty, `.` or `..` parts, without control characters.
    static boolean isInside(String path) {
        return !path.isEmpty() && path.chars().noneMatch(c -> c < 0x20 || c == 0x7f || c == '\\')
                && Arrays.stream(path.split("/", -1)).noneMatch(p -> p.isEmpty() || p.equals(".") || p.equals(".."));
    }

    private static boolean isAlphanumeric(int c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
    }
}
