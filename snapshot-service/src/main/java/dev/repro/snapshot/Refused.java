package dev.repro.snapshot;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;

/// Why something was not taken: a stable name, an HTTP status, and the members that every refusal has in JSON.
public final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String name;
    private final int code;
    private String expected;
    private String found;
    private String file;
    private String key;
    private String hint;
    private int retryAfter;

    /// @param code as the gate says it: 60 untrusted, 61 contract, 62 not fresh, 63 policy; 1 to 4 as exit codes are
    public Refused(int status, String name, int code, String what) {
        super(what);
        this.status = status;
        this.name = name;
        this.code = code;
    }

    /// Input that is not what it must be (HTTP 400).
    static Refused malformed(String what) {
        return new Refused(400, "malformed", 2, what);
    }

    static Refused missing(String what) {
        return new Refused(404, "not-found", 1, what);
    }

    static Refused of(Refusal refusal) {
        String name = refusal.rule() == Refusal.Rule.VERSION_MISMATCH ? "version-conflict" : refusal.name();
        int status = switch (refusal.rule()) {
            case UNSIGNED, REVOKED -> 403;
            case VERSION_MISMATCH, ROLLBACK, REPLACED -> 409;
            case TOO_LONG -> 413;
            default -> 422;
        };
        return new Refused(status, name, refusal.code(), refusal.getMessage()).with(refusal.toJson());
    }

    static Refused of(dev.repro.release.Refused refusal) {
        int status = switch (refusal.rule()) {
            case VERSION_EXISTS -> 409;
            case ENVELOPE_UNSIGNED -> 403;
            default -> 422;
        };
        return new Refused(status, refusal.name(), refusal.code(), refusal.getMessage()).with(refusal.toJson());
    }

    /// @param json of a refusal, with the members that every one has
    private Refused with(Json.Obj json) {
        expected = text(json, "expected");
        found = text(json, "found");
        file = text(json, "file");
        key = text(json, "key");
        hint = text(json, "hint");
        return this;
    }

    private static String text(Json.Obj json, String member) {
        return json.members().get(member) instanceof Json.Str(String value) ? value : null;
    }

    /// Of a problem of the input (400), of what is published (422) or of storage (503).
    static Refused of(Problem problem) {
        Json.Obj json = (Json.Obj) problem.toJson();
        var refused = switch (problem.exit()) {
            case USAGE -> new Refused(400, "malformed", 2, problem.getMessage());
            case NO -> new Refused(422, "refused", 1, problem.getMessage());
            case ENVIRONMENT, STORAGE -> new Refused(503, "storage", 4, "the service cannot store it now").hint("try again later").retryAfter(10);
        };
        if (refused.status != 503) { // where the service keeps its files is nobody's business
            refused.expected = text(json, "expected");
            refused.found = text(json, "found");
            refused.file = text(json, "where");
            refused.hint = problem.hint();
        }
        return refused;
    }

    public Refused expected(Object value) {
        expected = value.toString();
        return this;
    }

    public Refused found(Object value) {
        found = value.toString();
        return this;
    }

    public Refused file(Object value) {
        file = value.toString();
        return this;
    }

    public Refused key(Object value) {
        key = value.toString();
        return this;
    }

    /// What the reader can do: an imperative clause in lower case, no full stop.
    public Refused hint(String advice) {
        hint = advice;
        return this;
    }

    /// @param seconds after which a retry makes sense
    public Refused retryAfter(int seconds) {
        retryAfter = seconds;
        return this;
    }

    public int status() {
        return status;
    }

    /// The stable name: `version-conflict`.
    public String name() {
        return name;
    }

    public String hint() {
        return hint;
    }

    /// In seconds; 0 where nothing is said.
    public int retryAfter() {
        return retryAfter;
    }

    /// `repro.refusal.v1` with the words.
    public Json.Obj toJson() {
        return Json.object("refusal", name, "code", code, "message", getMessage(), "expected", expected, "found", found, "file", file,
                "key", key, "hint", hint);
    }

    @Override
    public String toString() {
        return name + " (" + status + "): " + getMessage() + (expected == null ? "" : ", expected " + expected)
                + (found == null ? "" : ", found " + found);
    }
}
