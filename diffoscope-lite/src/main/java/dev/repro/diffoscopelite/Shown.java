package dev.repro.diffoscopelite;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Bytes as a finding shows them: at most [#MAX] characters, nothing that a terminal would act on.
final class Shown {
    static final int MAX = 60;

    private Shown() {}

    /// The part of a text that lies around `focus`, `…` where something is left out, other than printable ASCII as `\n`, `\x1b`.
    static String text(String text, int focus) {
        int start = text.length() <= MAX ? 0 : Math.clamp(focus - 12, 0, Math.max(0, text.length() - MAX + 1));
        var out = new StringBuilder(start > 0 ? "…" : "");
        for (int i = start; i < text.length(); i++) {
            String next = escaped(text.charAt(i));
            boolean last = i == text.length() - 1;
            if (out.length() + next.length() > (last ? MAX : MAX - 1)) {
                return out.append('…').toString();
            }
            out.append(next);
        }
        return out.toString();
    }

    static String text(String text) {
        return text(text, 0);
    }

    private static String escaped(char c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\t' -> "\\t";
            case '\r' -> "\\r";
            case '\0' -> "\\0";
            case '\\' -> "\\\\";
            default -> c >= 0x20 && c < 0x7f ? String.valueOf(c) : "\\x" + Integer.toHexString(0x100 | c & 0xff).substring(1);
        };
    }

    /// `0x` and the bytes in their order, `…` at the end where some are left out; empty for no bytes.
    static String hex(MemorySegment bytes, long offset, long length) {
        if (length == 0) {
            return "";
        }
        var out = new StringBuilder("0x");
        for (long i = 0; i < length; i++) {
            if (out.length() + 2 > (i == length - 1 ? MAX : MAX - 1)) {
                return out.append('…').toString();
            }
            int value = bytes.get(ValueLayout.JAVA_BYTE, offset + i) & 0xff;
            out.append(Character.forDigit(value >> 4, 16)).append(Character.forDigit(value & 15, 16));
        }
        return out.toString();
    }
}
