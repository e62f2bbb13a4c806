package dev.repro.base;

/// Why something is not trusted, not taken or not launched: a stable name with a code, what was expected, what was found, whose file and
/// key it is, what to do. What was looked at is at fault; that a network or disk failed is a [Problem].
///
/// Codes are the gate's: 60 untrusted, 61 contract between image and tender, 62 not fresh, 63 policy. It has no stack trace: it is an answer.
public abstract class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final String name;
    private final int code;
    private String expected;
    private String found;
    private String file;
    private String key;
    private String hint;

    /// @param name stable: `timestamp-expired`
    /// @param what a clause in lower case, no full stop
    protected Refused(String name, int code, String what) {
        super(what, null, false, false);
        this.name = name;
        this.code = code;
    }

    protected final void setExpected(Object value) {
        expected = text(value);
    }

    protected final void setFound(Object value) {
        found = text(value);
    }

    protected final void setFile(Object value) {
        file = text(value);
    }

    protected final void setKey(Object value) {
        key = text(value);
    }

    private static String text(Object value) {
        return value == null ? null : value.toString();
    }

    /// @param advice an imperative clause in lower case, no full stop; null: none
    protected final void setHint(String advice) {
        hint = advice;
    }

    /// The members of another refusal.
    protected final void setAll(Refused other) {
        expected = other.expected;
        found = other.found;
        file = other.file;
        key = other.key;
        hint = other.hint;
    }

    /// The stable name: `timestamp-expired`.
    public final String name() {
        return name;
    }

    /// As the gate says it.
    public final int code() {
        return code;
    }

    /// Or null, as the following ones.
    public final String expected() {
        return expected;
    }

    public final String found() {
        return found;
    }

    public final String file() {
        return file;
    }

    public final String key() {
        return key;
    }

    public final String hint() {
        return hint;
    }

    /// One line: `NAME (CODE): what (expected …, found …)`.
    public final String line() {
        String facts = expected != null && found != null ? " (expected " + expected + ", found " + found + ")"
                : expected != null ? " (expected " + expected + ")" : found != null ? " (found " + found + ")" : "";
        return name + " (" + code + "): " + getMessage() + facts;
    }

    /// The members of a refusal that every `--json` shares.
    public Json.Obj toJson() {
        return Json.object("refusal", name, "code", code, "expected", expected, "found", found, "file", file, "key", key, "hint", hint);
    }

    @Override
    public String toString() {
        return line();
    }
}
