package dev.repro.tuf.check;

import java.util.Locale;

/// What [RepoCheck] looks for, each with a name that stays, one line of why, and where it is written: `TUF` is the
/// specification 1.0.34,
/// `TAP` an enhancement proposal. The table in docs/repo-check.md is this enum.
public enum Rule {
    // The files.
    FILE_MISSING(Level.ERROR, "TUF 5.5.1, 5.6.1", "a file that a client asks for is not there"),
    FILE_TOO_LARGE(Level.ERROR, "TUF 5.3.3, 5.4.1", "a metadata file larger than is read; nothing in it was checked"),
    NOT_CHECKED(Level.WARNING, "", "something was not checked, for the reason that is given"),
    LEFTOVER(Level.WARNING, "TUF 6", "a file in the folder of metadata that nothing lists"),
    VERSION_AHEAD(Level.WARNING, "TUF 6", "a version newer than the one that is listed, as a publish leaves that ended halfway"),

    // What a file says.
    NOT_JSON(Level.ERROR, "TUF 4.1",
            "not JSON that every reader takes for the same: syntax, UTF-8, a name twice, depth over 64, 64-bit numbers"),
    MALFORMED(Level.ERROR, "TUF 4", "not what such a file must be"),
    WRONG_TYPE(Level.ERROR, "TUF 4.2", "a file of another type than its place"),
    SPEC_VERSION(Level.ERROR, "TUF 4.3, TAP 6", "a spec_version other than 1.N or 1.N.N"),
    EXPIRES_FORMAT(Level.ERROR, "TUF 4.2.1", "an expiry that is not YYYY-MM-DDTHH:MM:SSZ"),
    JSON_FRACTION(Level.ERROR, "TUF 4.2.1", "a number with a fraction in what is signed: it has no canonical form"),
    JSON_BIG_NUMBER(Level.WARNING, "TUF 4.2.1", "a number beyond 2^53: readers in JavaScript round it, and the signature fails"),
    JSON_MEMBER_ORDER(Level.WARNING, "TUF 4.2.1",
            "member names that sort otherwise by UTF-16 than by code point: signatures fail in some readers"),
    JSON_CONTROL(Level.WARNING, "TUF 4.2.1",
            "a control character other than the newline in a signed string: signatures fail in some readers"),

    // Signatures and keys.
    UNSIGNED(Level.ERROR, "TUF 5.3.4, 5.4.2, 5.5.3, 5.6.3", "fewer good signatures than the threshold of those who may sign"),
    DUPLICATE_SIGNATURE(Level.ERROR, "TUF 4.2.1", "two signatures under one key id: every client refuses the file"),
    SIGNATURE_BAD(Level.WARNING, "TUF 4.2.1", "a signature of a key that may sign does not verify, or is empty; others suffice"),
    SIGNATURE_FOREIGN(Level.WARNING, "TUF 4.2.1", "a signature under a key id that may not sign this file"),
    THRESHOLD_ZERO(Level.ERROR, "TUF 4.3", "a threshold below 1: some clients take an unsigned file"),
    THRESHOLD_ONE(Level.WARNING, "TUF 6.1", "one key alone can sign root or targets"),
    THRESHOLD_IMPOSSIBLE(Level.ERROR, "TUF 4.3", "a threshold higher than the different usable keys: nothing can be signed"),
    KEY_TWICE(Level.ERROR, "TAP 12", "one key under two ids may sign one role: some clients count it twice"),
    KEY_UNDEFINED(Level.ERROR, "TUF 4.3", "a role names a key that is not there"),
    KEY_UNUSABLE(Level.WARNING, "TUF 4.2",
            "a key of an unknown type or scheme, or malformed: some clients refuse the whole file"),
    KEY_UNUSED(Level.WARNING, "TUF 4.3", "a key that no role names"),
    KEYID_MISMATCH(Level.WARNING, "TUF 4.2, TAP 12",
            "a key id that is not the SHA-256 of the key: strict clients refuse the file"),
    KEY_SHARED(Level.WARNING, "TUF 6.1", "one key may sign both root and targets: one theft takes both"),
    KEY_ONLINE(Level.WARNING, "TUF 6.1", "a key of timestamp or snapshot, which is kept online, may also sign root or targets"),

    // The chain of roots.
    ROOT_FIRST(Level.WARNING, "TUF 5.3.3",
            "the first root that is there is not version 1: a client that was shipped with an older one is lost"),
    ROOT_LOST(Level.WARNING, "TUF 5.3.3",
            "one of the first roots cannot be read or verified: a client that was shipped with it, or with an older one, is "
            + "lost"),
    ROOT_GAP(Level.ERROR, "TUF 5.3.3", "a root between two others is not there: clients stop before it"),
    ROOT_CHAIN(Level.ERROR, "TUF 5.3.4", "a root that the threshold of the root before it has not signed: clients refuse it"),
    ROOT_UNTRUSTED(Level.ERROR, "TUF 5.2", "the trusted root that was given does not lead to the roots of this repository"),

    // Which versions belong together.
    VERSION_MISMATCH(Level.ERROR, "TUF 5.3.5, 5.5.4, 5.6.4", "another version than the file's name or the listing says"),
    LENGTH_MISMATCH(Level.ERROR, "TUF 5.5.1, 5.6.1", "another length than the listing says"),
    HASH_MISMATCH(Level.ERROR, "TUF 5.5.2, 5.6.2", "another digest than the listing says"),
    HASH_UNKNOWN(Level.ERROR, "TUF 4.4, 4.5",
            "hashes of unknown algorithms only, or a digest that is none: nothing can be compared"),
    CONSISTENT_SNAPSHOT_OFF(Level.WARNING, "TUF 6.2", "without consistent snapshots a client that reads during a publish fails"),
    TIMESTAMP_LISTS_MORE(Level.ERROR, "TUF 4.4", "timestamp describes more than the snapshot"),
    SNAPSHOT_MISSES_ROLE(Level.ERROR, "TUF 5.6.1",
            "a role to which is delegated is not in the snapshot: clients do not ask for it"),
    SNAPSHOT_EXTRA_ROLE(Level.WARNING, "TUF 4.4", "the snapshot lists a role to which nobody delegates"),
    SNAPSHOT_LISTS_OTHER(Level.WARNING, "TUF 4.4", "the snapshot lists what is no targets role"),

    // Time.
    EXPIRED(Level.ERROR, "TUF 5.3.10, 5.4.4, 5.5.6, 5.6.5", "expired: clients refuse it"),
    EXPIRES_SOON(Level.WARNING, "TUF 6", "expires within the margin of its role"),
    EXPIRES_FAR(Level.WARNING, "TUF 6", "expires so late that an attacker can replay it for very long"),
    EXPIRY_ORDER(Level.WARNING, "TUF 6", "expires before timestamp does, so the repository fails although timestamp is fresh"),

    // Delegations.
    ROLE_NAME(Level.WARNING, "TUF 4.5",
            "a role name that must be percent-encoded: servers and clients disagree on the file's name"),
    ROLE_TWO_DELEGATORS(Level.WARNING, "TUF 5.6.7",
            "two roles delegate to one: older clients take what one of them vouches for as vouched for by both"),
    DELEGATION_CYCLE(Level.WARNING, "TUF 5.6.7", "a role delegates, over others, to itself"),
    PATTERN_OUTSIDE(Level.WARNING, "TUF 4.5",
            "a pattern outside the paths of the role that delegates: no target under it is ever found"),
    PATTERN_SHADOWED(Level.WARNING, "TUF 5.6.7",
            "a pattern behind a terminating delegation that covers it: no target under it is ever found"),
    PATTERN_DEAD(Level.WARNING, "TUF 4.5", "a pattern that no target name can match, or no pattern at all"),
    PATTERN_DIALECT(Level.WARNING, "TUF 4.5", "characters in a pattern that some clients take for wildcards of their own"),
    HASH_PREFIX_DEAD(Level.WARNING, "TUF 4.5",
            "a path hash prefix that is not 1 to 64 lower-case hexadecimal digits: no target has it"),
    HASH_PREFIX_GAP(Level.WARNING, "TUF 4.5",
            "hash bins that leave out some hashes: targets that fall there cannot be published"),
    BINS_MANY(Level.WARNING, "TAP 15",
            "more than 2^16 bins: the snapshot must list every one, and no client reads one that long"),
    AGREEMENT_DIFFERS(Level.WARNING, "TAP 3", "two roles that are to agree on a target say different lengths or hashes"),

    // Key rotations by the holders of a role (docs/pouf.md).
    ROTATION_BROKEN(Level.ERROR, "TAP 8",
            "a chain of key rotations with a file that is missing, unsigned or not as listed: the role is as if unsigned"),
    ROTATION_UNSIGNED(Level.ERROR, "TAP 8", "a role that the keys after its last rotation have not signed"),
    ROTATION_PLAIN(Level.WARNING, "TAP 8",
            "a role that only the keys after its last rotation have signed: clients without TAP 8 refuse it"),
    ROTATION_REVOKED(Level.WARNING, "TAP 20", "a role that its holders have revoked and to which is still delegated"),

    // Targets.
    TARGET_NAME(Level.ERROR, "TUF 4.5",
            "a target name that escapes or breaks a folder: empty, absolute, `..`, backslash, control character"),
    TARGET_NAME_URL(Level.WARNING, "TUF 4.5", "a target name with ?, # or %, which some clients put into the URL as it is"),
    TARGET_NAME_UNICODE(Level.WARNING, "TUF 4.5", "a target name that is not in Unicode's form NFC: file systems rename it"),
    TARGET_NAME_CASE(Level.WARNING, "TUF 4.5",
            "two target names that differ in case or Unicode form alone: one file on some systems"),
    TARGET_OUTSIDE(Level.ERROR, "TUF 4.5, 5.6.7", "a role lists a target that is not delegated to it: no client finds it there"),
    TARGET_WRONG_BIN(Level.ERROR, "TAP 15", "a bin lists a target whose hash belongs to another bin: no client finds it there"),
    TARGET_TERMINATED(Level.ERROR, "TUF 5.6.7",
            "a target behind a terminating delegation that covers it: no client finds it there"),
    TARGET_SHADOWED(Level.WARNING, "TUF 5.6.7", "two roles list one target: clients take the first that they reach"),
    TARGET_MISSING(Level.ERROR, "TUF 5.7.3", "a target that is listed is not there under the name of a listed hash"),
    TARGET_BYTES(Level.ERROR, "TUF 5.7.3", "a target has another length or digest than is listed"),
    TARGET_ONE_NAME(Level.WARNING, "TUF 5.7.3",
            "a target in a folder is there as FOLDER/HASH.NAME and not as HASH.FOLDER/NAME, where tough looks"),
    TARGET_LEFTOVER(Level.WARNING, "TUF 6", "a file in the folder of targets that no role lists");

    /// How much a finding weighs: an error makes `repro repo check` answer no.
    public enum Level {
        ERROR, WARNING;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Level level;
    private final String spec;
    private final String why;

    Rule(Level level, String spec, String why) {
        this.level = level;
        this.spec = spec;
        this.why = why;
    }

    /// The stable name: `root-gap`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public Level level() {
        return level;
    }

    /// Where it is written: sections of the specification, proposals; empty for what no specification speaks of.
    public String spec() {
        return spec;
    }

    /// One line: what is wrong with it.
    public String why() {
        return why;
    }

    /// All rules as the Markdown table of docs/repo-check.md.
    public static String table() {
        var out = new StringBuilder("| rule | level | why | where written |\n| --- | --- | --- | --- |\n");
        for (Rule rule : values()) {
            out.append("| `").append(rule.word()).append("` | ").append(rule.level.word()).append(" | ").append(rule.why)
                    .append(" | ")
                    .append(rule.spec.isEmpty() ? "–" : rule.spec).append(" |\n");
        }
        return out.toString();
    }
}
