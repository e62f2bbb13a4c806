package dev.repro.base;

/// Why `repro` could not do what was asked, told so that the reader can act: what, where, expected and found, what to do.
///
/// The one exception for everything that input, machine or network can cause. A bug is an unchecked exception.
public final class Problem extends Exception {
    private static final long serialVersionUID = 1;

    /// Exit codes of the command.
    public enum Exit {
        /// The answer is no.
        NO(1),
        /// The input is not what it must be: arguments, recipe, lock, image.
        USAGE(2),
        /// This machine cannot do it: no sandbox, no KVM.
        ENVIRONMENT(3),
        /// Network or storage failed.
        STORAGE(4);

        public final int code;

        Exit(int code) {
            this.code = code;
        }
    }

    private final Exit exit;
    private String where;
    private String expected;
    private String found;
    private String hint;

    public Problem(Exit exit, String what) {
        super(what);
        this.exit = exit;
    }

    public static Problem no(String what) {
        return new Problem(Exit.NO, what);
    }

    public static Problem usage(String what) {
        return new Problem(Exit.USAGE, what);
    }

    public static Problem environment(String what) {
        return new Problem(Exit.ENVIRONMENT, what);
    }

    public static Problem storage(String what) {
        return new Problem(Exit.STORAGE, what);
    }

    /// File, and line or member in it.
    public Problem where(Object place) {
        this.where = place.toString().isEmpty() ? "." : place.toString(); // the folder that one is in
        return this;
    }

    /// Whether it says a place already.
    public boolean placed() {
        return where != null;
    }

    public Problem expected(Object value) {
        this.expected = value.toString();
        return this;
    }

    public Problem found(Object value) {
        this.found = value.toString();
        return this;
    }

    /// What the reader can do: an imperative clause in lower case, no full stop.
    public Problem hint(String advice) {
        this.hint = advice;
        return this;
    }

    public Problem because(Throwable cause) {
        initCause(cause);
        return this;
    }

    public Exit exit() {
        return exit;
    }

    /// One line: `where: what (expected …, found …)`.
    public String line() {
        var out = new StringBuilder();
        if (where != null) {
            out.append(where).append(": ");
        }
        out.append(getMessage());
        if (expected != null || found != null) {
            out.append(" (");
            if (expected != null) {
                out.append("expected ").append(expected).append(found == null ? "" : ", ");
            }
            if (found != null) {
                out.append("found ").append(found);
            }
            out.append(')');
        }
        return out.toString();
    }

    /// The advice, or null.
    public String hint() {
        return hint;
    }

    /// `repro.error.v1`.
    public Json toJson() {
        return Json.object("schema", "repro.error.v1", "error", getMessage(), "code", exit.code, "where", where,
                "expected", expected, "found", found, "hint", hint);
    }

    @Override
    public String toString() {
        return line();
    }
}
