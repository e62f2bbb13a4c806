package dev.repro.builder.recipe;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/// Sizes and durations as a recipe writes them.
public final class Quantity {

    /// What a refused size should have looked like.
    public static final String SIZE_FORM = "a size such as \"512MiB\", \"2GiB\" or \"1000\" (bytes; KiB, MiB, GiB, TiB)";
    static final String TIME_FORM = "a duration such as \"90s\", \"10m\" or \"1h\"";

    private Quantity() {}

    /// Bytes; empty where the text is no size or does not fit 63 bits.
    public static OptionalLong size(String text) {
        int digits = digits(text);
        int shift = switch (text.substring(digits)) {
            case "", "B" -> 0;
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            case "TiB" -> 40;
            default -> -1;
        };
        OptionalLong number = number(text, digits);
        if (shift < 0 || number.isEmpty() || number.getAsLong() > Long.MAX_VALUE >> shift) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(number.getAsLong() << shift);
    }

    /// Whole seconds; empty where the text is no duration.
    static Optional<Duration> time(String text) {
        int digits = digits(text);
        int unit = switch (text.substring(digits)) {
            case "s" -> 1;
            case "m" -> 60;
            case "h" -> 3600;
            default -> 0;
        };
        OptionalLong number = number(text, digits);
        return unit == 0 || number.isEmpty() || number.getAsLong() > Integer.MAX_VALUE
                ? Optional.empty() : Optional.of(Duration.ofSeconds(number.getAsLong() * unit));
    }

    private static int digits(String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    private static OptionalLong number(String text, int digits) {
        return digits == 0 || digits > 18 ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text.substring(0, digits)));
    }
}
