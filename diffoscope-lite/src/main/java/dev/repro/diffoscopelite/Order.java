package dev.repro.diffoscopelite;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Two orders of the same texts: whether it was a locale that made the difference.
final class Order {
    /// As the collations of languages do at their first level: letters and digits alone, without case.
    private static final Comparator<String> LANGUAGE = Comparator.comparing(Order::letters);

    private Order() {}

    /// Whether one list is sorted by bytes, and the other as a language sorts it.
    static boolean byLocale(List<String> a, List<String> b) {
        return sorted(a, Comparator.naturalOrder()) && sorted(b, LANGUAGE)
                || sorted(a, LANGUAGE) && sorted(b, Comparator.naturalOrder());
    }

    private static boolean sorted(List<String> items, Comparator<String> order) {
        for (int i = 1; i < items.size(); i++) {
            if (order.compare(items.get(i - 1), items.get(i)) > 0) {
                return false;
            }
        }
        return true;
    }

    private static String letters(String text) {
        var out = new StringBuilder();
        text.codePoints().filter(Character::isLetterOrDigit).forEach(out::appendCodePoint);
        return out.toString().toLowerCase(Locale.ROOT);
    }

    /// The words of both texts when they are the same words in another order; empty lists otherwise.
    static List<List<String>> permutedWords(String a, String b) {
        var wordsA = words(a);
        var wordsB = words(b);
        if (wordsA.size() < 2 || wordsA.size() != wordsB.size() || wordsA.equals(wordsB)
                || !wordsA.stream().sorted().toList().equals(wordsB.stream().sorted().toList())) {
            return List.of(List.of(), List.of());
        }
        return List.of(wordsA, wordsB);
    }

    private static List<String> words(String text) {
        var words = new ArrayList<String>();
        for (String word : text.split("[\\s,;:|]+")) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }
}
