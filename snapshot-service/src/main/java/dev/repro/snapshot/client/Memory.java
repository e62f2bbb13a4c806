package dev.repro.snapshot.client;

import dev.repro.base.Problem;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An amount of memory as people write it: bytes, or `64K`, `64M`, `1G`, in powers of 1024.
public final class Memory {
    private static final Pattern AMOUNT = Pattern.compile("([1-9][0-9]{0,11})([KMG]?)");

    private Memory() {}

    /// @return bytes
    public static long parse(String text) throws Problem {
        Matcher m = AMOUNT.matcher(text);
        if (!m.matches()) {
            throw Problem.usage("not an amount of memory").expected("64M, 1G, 512K or a number of bytes").found(text);
        }
        return Long.parseLong(m.group(1)) << switch (m.group(2)) {
            case "K" -> 10;
            case "M" -> 20;
            case "G" -> 30;
            default -> 0;
        };
    }
}
