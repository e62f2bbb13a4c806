package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.snapshot.client.Declined;
import java.io.PrintStream;
import java.util.Map;
import java.util.function.Consumer;

/// How the command speaks. Answers go to stdout, everything else to stderr.
///
/// Progress is one line that rewrites itself on a terminal; in a pipe, a line whenever a new step begins. With `--quiet` there is
/// none. Colour only on a terminal without NO_COLOR (no-color.org).
final class Voice implements Consumer<String> {
    /// 128 and the number of SIGINT, as shells have it.
    static final int INTERRUPTED = 130;

    /// EX_SOFTWARE of sysexits.h.
    static final int BUG = 70;

    private final PrintStream out;
    private final PrintStream err;
    private final boolean live;
    private final boolean quiet;
    private final boolean json;
    private final boolean colourOut;
    private final boolean colourErr;
    private boolean dirtyLine;
    private String step = "";

    Voice(Main.Streams streams, Map<String, String> env, boolean quiet, boolean json) {
        this.out = streams.out();
        this.err = streams.err();
        boolean able = !"dumb".equals(env.getOrDefault("TERM", "dumb"));
        boolean wanted = able && env.getOrDefault("NO_COLOR", "").isEmpty();
        this.live = able && streams.errSeen();
        this.colourOut = wanted && streams.outSeen();
        this.colourErr = wanted && streams.errSeen();
        this.quiet = quiet;
        this.json = json;
    }

    /// A line of the answer.
    void say(String line) {
        clear();
        if (!json) {
            out.println(line);
        }
    }

    /// The answer as data: the one object of `--json`.
    void answer(Json object) {
        clear();
        if (json) {
            out.print(JsonText.pretty(object));
        }
    }

    /// What goes on, and not quite as it should.
    void warn(String line) {
        clear();
        err.println("repro: warning: " + printable(line));
    }

    /// A problem as the whole answer.
    void fail(Problem problem) {
        tell(problem);
        answer(problem.toJson());
    }

    /// A problem for a person to read; the answer is still to come.
    void tell(Problem problem) {
        if (problem.hint() == null) {
            problem.hint(usualHint(problem.exit()));
        }
        tell(problem.line(), problem.hint());
    }

    private void tell(String error, String hint) {
        clear();
        err.println(paint(colourErr, "31", "repro: error: ") + printable(error));
        err.println("repro: hint: " + hint);
    }

    /// That the run was ended from outside.
    void interrupted() {
        String hint = "run the command again; nothing half-written is left";
        tell("interrupted", hint);
        answer(error("interrupted", INTERRUPTED, hint));
    }

    /// What only a bug can cause.
    void bug(Throwable e) {
        clear();
        String hint = "this is a bug in repro; please report it with the lines on stderr";
        err.println("repro: internal error: " + hint.replace("on stderr", "below"));
        e.printStackTrace(err);
        answer(error("internal error: " + e, BUG, hint));
    }

    private static Json.Obj error(String what, int code, String hint) {
        return Json.object("schema", "repro.error.v1", "error", what, "code", code, "where", null, "expected", null, "found", null, "hint", hint);
    }

    /// The answer is no, with its name.
    void refuse(Refused refused) {
        refuse(refused.line(), refused.hint(), refused.toJson());
    }

    /// A service's no.
    void refuse(Declined declined) {
        refuse(declined.line(), declined.hint(), declined.toJson());
    }

    private void refuse(String line, String hint, Json.Obj refusal) {
        clear();
        err.println(paint(colourErr, "31", "repro: refused: ") + printable(line));
        if (hint != null) {
            err.println("repro: hint: " + printable(hint));
        }
        Json.Obj answer = Json.object("schema", "repro.refusal.v1");
        for (var member : refusal.members().entrySet()) {
            answer = answer.with(member.getKey(), member.getValue());
        }
        answer(answer);
    }

    /// One line, whatever a file name has in it.
    private static String printable(String line) {
        return line.codePoints().map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    /// For problems that say themselves what to do, or of which too little is known.
    private static String usualHint(Problem.Exit exit) {
        return switch (exit) {
            case NO -> "`repro check` says more, with --verbose still more";
            case USAGE -> "`repro help` has the verbs and options; docs/recipe.md and docs/lock.md say how the files are written";
            case ENVIRONMENT -> "`repro doctor` says what this machine can do, and how to get what is missing";
            case STORAGE -> "free space, or mend what is named; then run the command again: nothing half-written is left";
        };
    }

    /// A verdict: green for yes, red for no.
    void verdict(boolean yes, String line) {
        say(paint(colourOut, yes ? "32" : "31", line));
    }

    /// Progress.
    @Override
    public synchronized void accept(String message) {
        if (quiet) {
            return;
        }
        if (live) {
            err.print("\r\033[K" + paint(colourErr, "2", message));
            err.flush();
            dirtyLine = true;
            return;
        }
        // "fetching 3 of 61 packages" and "fetching 4 of 61 packages" are one step.
        String words = message.replaceAll("[0-9].*", "");
        if (!words.equals(step)) {
            step = words;
            err.println("repro: " + message);
        }
    }

    private synchronized void clear() {
        if (dirtyLine) {
            err.print("\r\033[K");
            err.flush();
            dirtyLine = false;
        }
    }

    private static String paint(boolean colour, String code, String text) {
        return colour ? "\033[" + code + "m" + text + "\033[0m" : text;
    }
}
