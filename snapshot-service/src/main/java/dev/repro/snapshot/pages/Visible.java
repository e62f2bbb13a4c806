package dev.repro.snapshot.pages;

import java.util.Locale;

/// Text from metadata as a person should see it: what would not show, or would change how its surroundings show, becomes the escape of its
/// code point as ECMAScript writes it, with braces.
final class Visible {

    private Visible() {}

    static String of(String text) {
        if (text.codePoints().allMatch(Visible::shows)) {
            return text;
        }
        var out = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (shows(c)) {
                out.appendCodePoint(c);
            } else {
                out.append(String.format(Locale.ROOT, "\\u{%02X}", c));
            }
        });
        return out.toString();
    }

    /// Whether a character is seen as itself: no control, bidi or other format character (Unicode Cc, Cf, Zl, Zp), no half of a pair, no
    /// space but U+0020, none that Unicode calls default-ignorable or leaves unassigned.
    private static boolean shows(int c) {
        if (c >= 0x20 && c < 0x7f) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR, Character.SPACE_SEPARATOR -> false;
            default -> !isIgnorable(c);
        };
    }

    // Default_Ignorable_Code_Point of DerivedCoreProperties.txt, as far as they are letters or marks.
    private static boolean isIgnorable(int c) {
        return c == 0x034f || c == 0x115f || c == 0x1160 || c >= 0x17b4 && c <= 0x17b5 || c >= 0x180b && c <= 0x180f || c == 0x3164
                || c >= 0xfe00 && c <= 0xfe0f || c == 0xffa0 || c >= 0xe0100 && c <= 0xe01ef;
    }
}
