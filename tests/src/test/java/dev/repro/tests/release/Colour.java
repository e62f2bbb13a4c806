package dev.repro.tests.release;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A colour of CSS as a browser computes it, without transparency.
///
/// @param red 0 to 255, as the others
record Colour(int red, int green, int blue) {
    private static final Pattern RGB = Pattern.compile("rgba?\\((\\d+), (\\d+), (\\d+)(, 1)?\\)");
    private static final Pattern HEX = Pattern.compile("#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})([fF]{2})?");

    static Colour parse(String css) {
        Matcher rgb = RGB.matcher(css);
        Matcher hex = HEX.matcher(css);
        if (rgb.matches()) {
            return new Colour(Integer.parseInt(rgb.group(1)), Integer.parseInt(rgb.group(2)), Integer.parseInt(rgb.group(3)));
        } else if (hex.matches()) {
            return new Colour(Integer.parseInt(hex.group(1), 16), Integer.parseInt(hex.group(2), 16), Integer.parseInt(hex.group(3), 16));
        }
        throw new IllegalArgumentException("not a plain colour: `" + css + "`");
    }

    /// WCAG 2.2, contrast ratio: 1 to 21.
    static double contrast(Colour a, Colour b) {
        double lighter = Math.max(a.luminance(), b.luminance());
        double darker = Math.min(a.luminance(), b.luminance());
        return (lighter + 0.05) / (darker + 0.05);
    }

    // WCAG 2.2, relative luminance
    private double luminance() {
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    }

    private static double linear(int part) {
        double s = part / 255.0;
        return s <= 0.04045 ? s / 12.92 : Math.pow((s + 0.055) / 1.055, 2.4);
    }
}
