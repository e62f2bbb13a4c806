package dev.repro.diffoscopelite;

import java.util.ArrayList;
import java.util.List;

/// The planted numbers: core count, user id, umask. They are short, so the value must be that of build A and of build B at the
/// same place.
final class Numbers {
    private record Pair(String variation, long a, long b, int length) {}

    private final List<Pair> pairs = new ArrayList<>();
    private int umaskA = 0;
    private int umaskB = 0;

    Numbers(List<Canary> canaries) {
        for (var canary : canaries) {
            boolean umask = canary.variation().equals("umask");
            if (!digits(canary.a()) || !digits(canary.b()) || umask && !(octal(canary.a()) && octal(canary.b()))) {
                continue;
            }
            // A umask is compared as the digits that it is written with, without leading zeros.
            long a = Long.parseLong(canary.a());
            long b = Long.parseLong(canary.b());
            if (a != b) {
                pairs.add(new Pair(canary.variation(), a, b, Math.min(canary.a().length(), canary.b().length())));
            }
            if (umask) {
                umaskA = Integer.parseInt(canary.a(), 8) & 0777;
                umaskB = Integer.parseInt(canary.b(), 8) & 0777;
            }
        }
    }

    static boolean digits(String text) {
        return !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean octal(String text) {
        return text.length() <= 4 && text.chars().allMatch(c -> c >= '0' && c <= '7');
    }

    /// The clue that two decimal (or octal) numbers at one place of a text give, or null.
    Clue text(String a, String b) {
        if (!digits(a) || !digits(b)) {
            return null;
        }
        for (var pair : pairs) {
            if (Long.parseLong(a) == pair.a && Long.parseLong(b) == pair.b) {
                boolean proven = pair.length >= 3 && a.length() >= 3 && b.length() >= 3;
                return new Clue(pair.variation, proven ? Proof.CANARY : Proof.LIKELY, a, b);
            }
        }
        boolean modes = a.length() == b.length() && (a.length() == 3 || a.length() == 4 || a.length() >= 6 && a.length() <= 8)
                && octalDigits(a) && octalDigits(b);
        return modes && mode(Long.parseLong(a, 8), Long.parseLong(b, 8)) ? new Clue("umask", Proof.LIKELY, a, b) : null;
    }

    private static boolean octalDigits(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '7');
    }

    /// The clue that two binary numbers of 32 bits give, or null.
    Clue binary(int a, int b) {
        for (var pair : pairs) {
            boolean umask = pair.variation.equals("umask");
            if (a == (int) (umask ? umaskA : pair.a) && b == (int) (umask ? umaskB : pair.b)) {
                return new Clue(pair.variation, Proof.LIKELY, Long.toString(pair.a), Long.toString(pair.b));
            }
        }
        boolean file = (a & 0170000) == 0100000 || (a & 0170000) == 0040000;
        return file && a >>> 16 == 0 && b >>> 16 == 0 && mode(a, b)
                ? new Clue("umask", Proof.LIKELY, Integer.toOctalString(a), Integer.toOctalString(b)) : null;
    }

    /// Whether both are permissions of the same file made under the two umasks; with no umask known, under any two.
    boolean mode(long a, long b) {
        if (a == b || (a & ~0777L) != (b & ~0777L) || (a & 0400) == 0 || (b & 0400) == 0) {
            return false;
        }
        long differing = a ^ b;
        if (umaskA != umaskB) {
            return (differing & ~(umaskA ^ umaskB)) == 0 && (a & umaskA) == 0 && (b & umaskB) == 0;
        }
        return (differing & 0700) == 0;
    }
}
