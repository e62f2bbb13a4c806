package dev.repro.snapshot;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;

/// Why something was not taken: a stable name, an HTTP status, and the members that every refusal has in JSON.
public final class Refused extends dev.repro.base.Refused {
    private static final long serialVersionUID = 1;

    private final int status;
    private int retryAfter;

    /// @param code as the gate says it: 60 untrusted, 61 contract, 62 not fresh, 63 policy; 1 to 4 as exit codes are
    public Refused(int status, String name, int code, String what) {
        super(name, code, what);
        this.status = status;
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
        return new Refused(status, name, refusal.code(), refusal.getMessage()).with(refusal);
    }

    static Refused of(dev.repro.release.Refused refusal) {
        int status = switch (refusal.rule()) {
            case VERSION_EXISTS -> 409;
            case ENVELOPE_UNSIGNED -> 403;
            default -> 422;
        };
        return new Refused(status, refusal.name(), refusal.code(), refusal.getMessage()).with(refusal);
    }

    private Refused with(dev.repro.base.Refused refusal) {
        setAll(refusal);
        return this;
    }

    private static String text(Json.Obj json, String member) {
        return json.members().get(member) instanceof Json.Str(String value) ? value : null;
    }

    /// Of a problem of the input (400), of what is published (422) or of storage (503).
    static Refused of(Problem problem) {
        var refused = switch (problem.exit()) {
            case USAGE -> new Refused(400, "malformed", 2, problem.getMessage());
            case NO -> new Refused(422, "refused", 1, problem.getMessage());
            case ENVIRONMENT, STORAGE -> new Refused(503, "storage", 4, "the service cannot store it now").hint("try again later").retryAfter(10);
        };
        if (refused.status != 503) { // where the service keeps its files is nobody's business
            Json.Obj json = (Json.Obj) problem.toJson();
            refused.setExpected(text(json, "expected"));
            refused.setFound(text(json, "found"));
            refused.setFile(text(json, "where"));
            refused.setHint(problem.hint());
        }
        return refused;
    }

    public Refused expected(Object value) {
        setExpected(value);
        return this;
    }

    public Refused found(Object value) {
        setFound(value);
        return this;
    }

    public Refused file(Object value) {
        setFile(value);
        return this;
    }

    public Refused key(Object value) {
        setKey(value);
        return this;
    }

    /// What the reader can do: an imperative clause in lower case, no full stop.
    public Refused hint(String advice) {
        setHint(advice);
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

    /// In seconds; 0 where nothing is said.
    public int retryAfter() {
        return retryAfter;
    }

    /// `repro.refusal.v1` with the words.
    @Override
    public Json.Obj toJson() {
        return super.toJson().with("message", getMessage());
    }
}
