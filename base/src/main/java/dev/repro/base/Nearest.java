package dev.repro.base;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// The known word that a mistyped one was probably meant to be.
public final class Nearest {

    private Nearest() {}

    /// The word of `known` with the fewest edits, unless more than a third of it (at least two characters) would change.
    public static Optional<String> of(String word, Collection<String> known) {
        return known.stream().min(Comparator.comparingInt(k -> distance(word, k)))
                .filter(k -> distance(word, k) <= Math.max(2, k.length() / 3))
                .filter(k -> distance(word, k) < k.length());
    }

    /// Levenshtein distance in UTF-16 units; words beyond 100 units count as wholly different.
    private static int distance(String a, String b) {
        if (a.length() > 100) {
            return a.length();
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(row[j - 1], above) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
