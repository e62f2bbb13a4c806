package dev.repro.snapshot.client;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.Problem;

/// What a service does not take, with its reason: a stable name, what was expected and found, of which file and key, what to do.
public final class Declined extends Exception {
    private static final long serialVersionUID = 1;
    private static final int MOST = 2_000; // characters of a member: it is shown on a terminal

    private final int status;
    private final transient Json.Obj body;

    private Declined(int status, Json.Obj body) {
        super(text(body, "refusal"));
        this.status = status;
        this.body = body;
    }

    /// @param status of HTTP
    /// @param answer the body, which is a refusal if the service is one of ours
    /// @throws Problem exit code 4: it is not
    static Declined of(int status, byte[] answer, String url) throws Problem {
        try {
            if (JsonParser.parse(answer) instanceof Json.Obj body && body.members().get("refusal") instanceof Json.Str) {
                return new Declined(status, body);
            }
        } catch (JsonParser.SyntaxException e) {
            throw foreign(status, url).because(e);
        }
        throw foreign(status, url);
    }

    private static Problem foreign(int status, String url) {
        return Problem.storage("the service answered with status " + status).where(url)
                .hint("see that the URL is a snapshot service's (`repro author show`), and that no proxy answers for it");
    }

    public int status() {
        return status;
    }

    /// The stable name: `version-conflict`.
    public String name() {
        return getMessage();
    }

    /// Of the command: whether to come back later, to mend the input, or no.
    public Problem.Exit exit() {
        return status == 429 || status >= 500 ? Problem.Exit.STORAGE : status == 400 ? Problem.Exit.USAGE : Problem.Exit.NO;
    }

    /// What the reader can do, or null.
    public String hint() {
        return text(body, "hint");
    }

    /// One line: `NAME (CODE): FILE: what (expected …, found …, key …)`.
    public String line() {
        String facts = fact("expected") + fact("found") + fact("key");
        String file = text(body, "file");
        String what = text(body, "message");
        return name() + " (" + text(toJson(), "code") + ")" + (file == null ? "" : ": " + file) + (what == null ? "" : ": " + what)
                + (facts.isEmpty() ? "" : " (" + facts.substring(2) + ")");
    }

    private String fact(String member) {
        String value = text(body, member);
        return value == null ? "" : ", " + member + " " + value;
    }

    private static String text(Json.Obj body, String member) {
        return switch (body.members().get(member)) {
            case Json.Str(String text) -> text.length() > MOST ? text.substring(0, MOST) + "…" : text;
            case Json.Int(long number) -> Long.toString(number);
            case null, default -> null;
        };
    }

    /// The members of a refusal that every `--json` shares.
    public Json.Obj toJson() {
        var code = body.members().get("code") instanceof Json.Int number ? number : new Json.Int(1);
        return Json.object("refusal", name(), "code", code, "expected", text(body, "expected"), "found", text(body, "found"),
                "file", text(body, "file"), "key", text(body, "key"), "hint", hint());
    }
}
