package dev.repro.tender.backend;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A guest's exit status, of what QEMU and the console say. By the first rule that fits:
///
/// 1. QEMU's exit status is 83, which is that of all guests with Solo5's bindings for virtio: the last line that ends in
///    `Solo5: solo5_exit(N) called` gives N, modulo 256; `Solo5: solo5_abort() called` gives 255. They print it last, unless the guest's
///    arguments silence them (`--solo5:quiet`).
/// 2. Any other odd exit status of 33 and more, or 83 without such a line, is 2 × N + 33 by `isa-debug-exit` and gives N. (A signal that ends
///    QEMU can look like that: 143 is SIGTERM's.)
/// 3. Any other exit status is the answer itself: 0 where the guest switched the machine off or reset it, 1 where QEMU failed.
///
/// A guest can print what it likes, so this says no more than a guest's own exit status ever says: what the guest says of itself.
///
/// Not for many threads.
public final class QemuVerdict {
    private static final Pattern WORD = Pattern.compile("Solo5: solo5_(?:exit\\((-?\\d{1,10})\\)|abort\\(\\)) called\r?$");
    private static final int LONGEST = 200;
    private static final int ABORT = 255;
    /// 2 * 41 + 1 (Solo5 bindings/virtio/platform.c).
    private static final int SOLO5 = 83;

    private final StringBuilder line = new StringBuilder();
    private int said = -1;

    /// Before anything was said.
    public QemuVerdict() {}

    /// What came over the console, in pieces of any size.
    public void console(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                whole();
            } else {
                line.append((char) (bytes[i] & 0xff));
                if (line.length() > 2 * LONGEST) {
                    line.delete(0, LONGEST);
                }
            }
        }
    }

    private void whole() {
        Matcher word = WORD.matcher(line);
        if (word.find()) {
            said = word.group(1) == null ? ABORT : (int) Long.parseLong(word.group(1)) & 0xff;
        }
        line.setLength(0);
    }

    /// @param code QEMU's exit status
    public int status(int code) {
        if (code == SOLO5 && said >= 0) {
            return said;
        }
        return code >= 33 && code < 256 && code % 2 == 1 ? (code - 33) / 2 : code;
    }

    /// For a console that is whole already.
    public static int status(String console, int code) {
        var verdict = new QemuVerdict();
        byte[] bytes = console.getBytes(StandardCharsets.ISO_8859_1);
        verdict.console(bytes, bytes.length);
        return verdict.status(code);
    }
}
