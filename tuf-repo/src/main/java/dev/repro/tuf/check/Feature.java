package dev.repro.tuf.check;

/// What a repository may use and some client does not read. [RepoCheck] notes the first place of each; [Readers] says who minds.
enum Feature {
    /// `consistent_snapshot` is false.
    PLAIN_NAMES,
    /// The member `consistent_snapshot` is not there.
    CONSISTENT_ABSENT,
    /// Any delegation.
    DELEGATIONS,
    HASH_PREFIXES,
    /// `succinct_roles` (TAP 15).
    BINS,
    /// A delegation without the member `terminating`.
    TERMINATING_ABSENT,
    /// A delegation with members of which the specification knows nothing.
    DELEGATION_MEMBERS,
    /// A pattern with characters that some client takes for wildcards of its own.
    PATTERN_DIALECT,
    /// A target with a segment that begins with a dot, delegated by a pattern that begins with a wildcard there.
    HIDDEN_SEGMENT,
    /// A key whose id is not the SHA-256 of its canonical JSON.
    KEYID_OTHER,
    /// An ECDSA key on P-384 in `keys`.
    KEY_P384,
    /// A key of a newer or unknown type in `keys`.
    KEY_NEW,
    /// A key of a newer or unknown type that may sign a top-level role.
    KEY_NEW_IN_ROLE,
    /// The same of a delegated role.
    KEY_NEW_IN_ROLE_BELOW,
    /// A top-level role names a key that is not in `keys`.
    KEY_UNDEFINED,
    /// The same of a delegated role.
    KEY_UNDEFINED_BELOW,
    /// Signatures by keys on P-384 are needed for a threshold of a top-level role.
    QUORUM_P384,
    /// The same of a delegated role.
    QUORUM_P384_BELOW,
    /// Signatures by keys of newer types are needed for a threshold of a top-level role.
    QUORUM_NEW,
    /// The same of a delegated role.
    QUORUM_NEW_BELOW,
    /// A target of the top-level role with `custom` that has no member `sigstore`.
    CUSTOM_PLAIN,
    /// A target with `custom` that is no object.
    CUSTOM_NO_OBJECT,
    /// Hashes without SHA-256.
    NO_SHA256,
    /// Hashes with neither SHA-256 nor SHA-512, in timestamp, snapshot or the top-level targets.
    NO_SHA,
    /// A target in a folder that is not there as `HASH.FOLDER/NAME`.
    NAME_NOT_IN_FRONT,
    /// A target in a folder that is not there as `FOLDER/HASH.NAME`.
    NAME_NOT_INSIDE,
    /// A target name with `?`, `#` or `%`.
    NAME_FOR_URL,
    /// A number above 2^53 or below -2^53.
    BEYOND_DOUBLE,
    /// A version or length above 2^31 - 1 in a top-level role.
    BEYOND_INT,
    /// Member names that sort otherwise by UTF-16.
    MEMBER_ORDER,
    /// A control character other than the newline in a signed string.
    CONTROL_CHARACTER
}
