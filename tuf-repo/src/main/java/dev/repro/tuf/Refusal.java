package dev.repro.tuf;

import dev.repro.base.Refused;

/// Why something of a repository is not trusted: a rule with a stable name, what was expected, what was found, whose file it is.
///
/// The repository or the way to it is at fault; that a network or disk failed is a [dev.repro.base.Problem].
public final class Refusal extends Refused {
    private static final long serialVersionUID = 1;

    /// The stable names end with these; they begin with the role: `timestamp-expired`, `snapshot-rollback`, `delegated-unsigned`.
    public enum Rule {
        /// Not the file that it must be.
        MALFORMED("malformed", 60, "is not what such a file must be"),
        WRONG_TYPE("wrong-type", 60, "is a file of another type"),
        /// Fewer good signatures than the threshold.
        UNSIGNED("unsigned", 60, "is not signed by enough keys that may sign it"),
        DUPLICATE_SIGNATURE("duplicate-signature", 60, "has two signatures of one key id"),
        /// Another version than its name, or the file that lists it, says.
        VERSION_MISMATCH("version-mismatch", 62, "has another version than it must have"),
        ROLLBACK("rollback", 62, "is older than what was trusted before"),
        /// A role that was in a snapshot is in the next no more.
        REMOVED("removed", 62, "was listed by the snapshot before and is no more"),
        EXPIRED("expired", 62, "has expired"),
        /// Not yet, but before who relies on it could get the next.
        EXPIRES_SOON("expires-soon", 62, "expires too soon"),
        /// Nobody can tell what is fresh: the wall clock has jumped, or says a time before one that it has said already.
        CLOCK("clock", 62, "cannot be dated, because this machine's clock cannot be right"),
        DIGEST_MISMATCH("digest-mismatch", 60, "has other bytes than were signed"),
        LENGTH_MISMATCH("length-mismatch", 60, "has another length than was signed"),
        /// Longer than the limit of its kind.
        TOO_LONG("too-long", 60, "is longer than accepted"),
        /// The server says that it is not there (HTTP 403 or 404).
        MISSING("missing", 60, "is not in the repository"),
        /// No role that the target is delegated to lists it.
        UNKNOWN("unknown", 60, "is listed by no role that may list it"),
        /// Not by one of the algorithms that this client knows.
        NO_KNOWN_HASH("no-known-hash", 60, "has no hash of a known algorithm"),
        /// A name that no file or URL may be made from.
        BAD_NAME("bad-name", 60, "has a name that is not accepted"),
        /// Its holders have revoked it (TAP 20).
        REVOKED("revoked", 60, "was revoked by its own keys"),
        /// A key rotation differs from the one of the same number that was trusted before, and is no revocation (TAP 8, TAP 20).
        REPLACED("replaced", 60, "replaces one that was trusted before"),
        /// Roles or repositories that must agree on a target do not (TAP 3, TAP 4).
        DISAGREEMENT("disagreement", 60, "is not what enough of those who must agree say"),
        /// More root versions, delegations or key rotations than accepted.
        TOO_MANY("too-many", 60, "is followed by more than accepted");

        private final String name;
        private final int code;
        private final String words;

        Rule(String name, int code, String words) {
            this.name = name;
            this.code = code;
            this.words = words;
        }
    }

    private final Rule rule;

    private Refusal(Rule rule, String kind, String file, String subject) {
        super(kind + "-" + rule.name, rule.code, subject + " " + rule.words);
        this.rule = rule;
        setFile(file);
    }

    /// Of a role's metadata.
    public static Refusal of(Rule rule, RoleName role) {
        String kind = role.isTopLevel() ? role.text() : "delegated";
        return new Refusal(rule, kind, role.listed(), role.isTopLevel() ? role.text() : "role " + role);
    }

    /// Of a target.
    public static Refusal of(Rule rule, TargetName target) {
        return new Refusal(rule, "target", target.text(), "target " + target);
    }

    public Refusal expected(Object value) {
        setExpected(value);
        return this;
    }

    public Refusal found(Object value) {
        setFound(value);
        return this;
    }

    public Refusal key(KeyId id) {
        setKey(id.text());
        return this;
    }

    /// What the reader can do: an imperative clause in lower case, no full stop.
    public Refusal hint(String advice) {
        setHint(advice);
        return this;
    }

    public Rule rule() {
        return rule;
    }
}
