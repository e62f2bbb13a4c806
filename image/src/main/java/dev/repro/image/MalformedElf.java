package dev.repro.image;

/// Why bytes are not the ELF structure that they claim to be, and where. It tells of bytes, not of code, so it has no stack
/// trace.
public final class MalformedElf extends Exception {
    private static final long serialVersionUID = 1;

    private final String what;
    private final long offset;
    private final String expected;
    private final String found;

    MalformedElf(String what, long offset, Object expected, Object found) {
        super("%s at offset 0x%x (expected %s, found %s)".formatted(what, offset, expected, found), null, false, false);
        this.what = what;
        this.offset = offset;
        this.expected = expected.toString();
        this.found = found.toString();
    }

    /// What does not hold: a clause in lower case, no full stop.
    public String what() {
        return what;
    }

    /// In bytes from the start of the file: where the field or the structure stands that does not hold.
    public long offset() {
        return offset;
    }

    public String expected() {
        return expected;
    }

    public String found() {
        return found;
    }
}
