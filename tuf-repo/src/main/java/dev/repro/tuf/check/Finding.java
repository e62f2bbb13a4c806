package dev.repro.tuf.check;

import dev.repro.base.Json;
import java.util.Comparator;

/// One thing that is not as it should be.
///
/// @param where a file of the repository, and a role, key or target in it; control characters replaced, as all that comes
///     from a repository
/// @param message what stands there: a clause in lower case, no full stop
public record Finding(Rule rule, String where, String message) implements Comparable<Finding> {

    /// Characters that a person reads of what a repository says.
    private static final int SHOWN = 300;

    private static final Comparator<Finding> ORDER = Comparator.comparing(Finding::rule).thenComparing(Finding::where)
            .thenComparing(Finding::message);

    public Finding {
        where = printable(where);
        message = printable(message);
    }

    /// Text of a repository as a line of a report: no control characters, no directions of writing, not too long.
    static String printable(String text) {
        var out = new StringBuilder();
        text.codePoints().limit(SHOWN).map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT
                || Character.getType(c) == Character.LINE_SEPARATOR
                || Character.getType(c) == Character.PARAGRAPH_SEPARATOR ? '?' : c).forEach(out::appendCodePoint);
        return out.append(text.codePointCount(0, text.length()) > SHOWN ? "…" : "").toString();
    }

    public Json.Obj toJson() {
        return Json.object("rule", rule.word(), "level", rule.level().word(), "where", where, "message", message, "spec",
                rule.spec());
    }

    @Override
    public int compareTo(Finding other) {
        return ORDER.compare(this, other);
    }

    /// `error: root-gap: 3.root.json: …`
    @Override
    public String toString() {
        return rule.level().word() + ": " + rule.word() + ": " + where + ": " + message;
    }
}
