package dev.repro.tuf.check;

import static dev.repro.tuf.check.Reader.Verdict.PARTLY;
import static dev.repro.tuf.check.Reader.Verdict.REFUSES;

import dev.repro.tuf.check.Reader.Lack;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Who can still read a repository: the default limits of other clients and what they do not read, in one place. Read in
/// the sources of the
/// versions that stand here. What is said of python-tuf, go-tuf, tuf-js and tough was also seen when they read the
/// repositories of ReadersTest
/// (November 2026); "measured" marks what only that told.
public final class Readers {

    private Readers() {}

    private static final String URL = "puts the target's name into the URL as it is";
    private static final String DIALECT = "reads these characters of a pattern in its own way";
    private static final String STRANGE_KEY = "refuses a role for which a key of an unknown type may sign";
    private static final String ABSENT_KEY = "refuses a role that names a key that is not there";
    private static final String NO_P384 = "does not verify signatures on P-384";
    private static final String UNKNOWN_QUORUM = "does not know the keys that the threshold needs";

    /// python-tuf 7.0.0 with securesystemslib 1.4: ngclient/config.py, api/_payload.py.
    static final Reader PYTHON_TUF = new Reader("python-tuf", "7.0.0", 512_000, 16_384, 2_000_000, 5_000_000, 256,
            33, 0, lacks( // while len(visited) <= max_delegations = 32: the 33rd is still looked at
            Feature.TERMINATING_ABSENT, refuses("wants the member `terminating` of every delegation"), // DelegatedRole.from_dict
            // Key.from_dict; measured with 5.1.0
            Feature.KEY_NEW, refuses("refuses a file that lists a key of a type that it does not know"),
            Feature.PATTERN_DIALECT, partly(DIALECT + " (fnmatch)"), // DelegatedRole._is_target_in_pathpattern
            Feature.NAME_NOT_INSIDE, partly("asks for FOLDER/HASH.NAME"), // Updater.download_target
            Feature.NAME_FOR_URL, partly(URL))); // the same: base URL + path

    /// go-tuf 2.4.2 (0b10964): metadata/config/config.go, metadata/metadata.go, metadata/keys.go.
    static final Reader GO_TUF = new Reader("go-tuf", "2.4.2", 512_000, 16_384, 2_000_000, 5_000_000, 256,
            33, 0, lacks(
            // measured
            Feature.CONSISTENT_ABSENT,
                    refuses("reads a root without `consistent_snapshot` as one with it, so the signature fails"),
            // measured
            Feature.BEYOND_DOUBLE, refuses("rounds numbers beyond 2^53 in members that it does not know, so the signature fails"),
            // IsDelegatedPath
            Feature.HASH_PREFIXES, partly("compares hash prefixes with base64 of the hash, so it finds no target behind them"),
            // measured
            Feature.TERMINATING_ABSENT, refuses("adds the member `terminating` before it verifies, so the signature fails"),
            Feature.KEY_NEW_IN_ROLE, refuses(STRANGE_KEY), // verifyDelegate: ToPublicKey; measured
            Feature.KEY_NEW_IN_ROLE_BELOW, partly(STRANGE_KEY),
            Feature.KEY_UNDEFINED, refuses(ABSENT_KEY), // verifyDelegate; measured
            Feature.KEY_UNDEFINED_BELOW, partly(ABSENT_KEY),
            Feature.PATTERN_DIALECT, partly(DIALECT + " (filepath.Match)"), // isTargetInPathPattern
            Feature.NAME_NOT_INSIDE, partly("asks for FOLDER/HASH.NAME"), // DownloadTarget
            Feature.NAME_FOR_URL, partly(URL))); // DownloadTarget

    /// tuf-js 5.0.1; details read in 4.1.0, which npm brings: config.js, updater.js, @tufjs/models, @tufjs/canonical-json.
    static final Reader TUF_JS = new Reader("tuf-js", "5.0.1", 512_000, 16_384, 2_000_000, 5_000_000, 256,
            33, 1_000_000, lacks( // measured: 1.3 MB of targets take 53 s
            Feature.CONSISTENT_ABSENT, refuses("wants the member `consistent_snapshot` of root"), // Root.fromJSON
            Feature.TERMINATING_ABSENT, refuses("wants the member `terminating` of every delegation"), // DelegatedRole.fromJSON
            Feature.QUORUM_P384, refuses(NO_P384), // measured
            Feature.QUORUM_P384_BELOW, partly(NO_P384),
            Feature.QUORUM_NEW, refuses(UNKNOWN_QUORUM), // getPublicKey; a key that is listed only is ignored, measured
            Feature.QUORUM_NEW_BELOW, partly(UNKNOWN_QUORUM),
            Feature.BEYOND_DOUBLE, refuses("rounds numbers beyond 2^53, so the signature fails"), // JSON.parse
            Feature.MEMBER_ORDER, refuses("sorts member names by UTF-16, so the signature fails"), // canonicalize: Array.sort
            Feature.PATTERN_DIALECT, partly(DIALECT + " (minimatch)"), // isTargetInPathPattern
            Feature.HIDDEN_SEGMENT, partly("a wildcard matches no name that begins with a dot"), // minimatch without `dot`
            Feature.NAME_NOT_INSIDE, partly("asks for FOLDER/HASH.NAME"), // downloadTarget
            Feature.NAME_FOR_URL, partly(URL))); // downloadTarget: url.join

    /// tough 0.24.0, as in tuftool and Bottlerocket: lib.rs, schema/mod.rs, schema/key.rs, schema/de.rs. It loads all
    /// delegated roles at once.
    static final Reader TOUGH = new Reader("tough", "0.24.0", 1 << 20, 1 << 20, 1 << 20, 10 << 20, 1024,
            0, 0, lacks(
            Feature.CONSISTENT_ABSENT, refuses("wants the member `consistent_snapshot` of root"), // struct Root
            Feature.BINS, refuses("wants `roles` in delegations, knows no succinct bins"), // struct Delegations
            Feature.TERMINATING_ABSENT, refuses("wants the member `terminating` of every delegation"), // struct DelegatedRole
            // no _extra there
            Feature.DELEGATION_MEMBERS, refuses("drops unknown members of delegations, so the signature fails"),
            Feature.KEYID_OTHER, refuses("wants key ids to be the SHA-256 of the key"), // deserialize_keys
            Feature.KEY_P384, refuses("refuses a file that lists a key on P-384"), // enum EcdsaScheme
            Feature.KEY_NEW, refuses("refuses a file that lists a key of a type that it does not know"), // enum Key
            Feature.CUSTOM_NO_OBJECT, refuses("wants `custom` to be an object"), // struct Target
            Feature.NO_SHA256, refuses("wants SHA-256 among the hashes"), // struct Hashes
            Feature.PATTERN_DIALECT, partly(DIALECT + " (globset)"), // PathPattern
            Feature.NAME_NOT_IN_FRONT, partly("asks for HASH.FOLDER/NAME"), // fetch_target
            Feature.NAME_FOR_URL, partly(URL))); // measured

    /// sigstore-java 2.0.0 (7bdb90f): tuf/MetaFetcher.java, tuf/Updater.java, tuf/model; measured where facts say so.
    static final Reader SIGSTORE_JAVA = new Reader("sigstore-java", "2.0.0", 99 * 1024, 99 * 1024, 2_000_000, 2_000_000, 1024,
            0, 0, lacks(
            Feature.PLAIN_NAMES, refuses("asks for VERSION.ROLE.json always"), // measured
            Feature.DELEGATIONS, partly("reads the targets of the top-level role only"), // Updater.downloadTargets
            Feature.QUORUM_P384, refuses(NO_P384), // Verifiers.newVerifier
            Feature.QUORUM_NEW, refuses(UNKNOWN_QUORUM), // Verifiers.newVerifier
            Feature.CUSTOM_PLAIN, refuses("wants the member `sigstore` in every `custom`"), // TargetMeta.Custom; measured
            Feature.NO_SHA, refuses("wants SHA-256 or SHA-512 among the hashes"), // TargetMeta.TargetData
            Feature.NAME_NOT_INSIDE, partly("asks for FOLDER/HASH.NAME"), // Updater.downloadTarget
            Feature.MEMBER_ORDER, refuses("sorts member names by UTF-16, so the signature fails"), // JsonCanonicalizer
            // JsonCanonicalizer
            Feature.CONTROL_CHARACTER, refuses("escapes control characters before it verifies, so the signature fails"),
            Feature.BEYOND_DOUBLE, refuses("rounds numbers beyond 2^53, so the signature fails"), // JsonCanonicalizer
            Feature.BEYOND_INT, refuses("keeps versions and lengths in 31 bits"))); // SnapshotMeta, TargetMeta, TufMeta

    /// In the order in which they are told.
    public static final List<Reader> ALL = List.of(PYTHON_TUF, GO_TUF, TUF_JS, TOUGH, SIGSTORE_JAVA);

    private static Lack refuses(String why) {
        return new Lack(REFUSES, why);
    }

    private static Lack partly(String why) {
        return new Lack(PARTLY, why);
    }

    private static Map<Feature, Lack> lacks(Object... featuresAndLacks) {
        var out = new EnumMap<Feature, Lack>(Feature.class);
        for (int i = 0; i < featuresAndLacks.length; i += 2) {
            out.put((Feature) featuresAndLacks[i], (Lack) featuresAndLacks[i + 1]);
        }
        return out;
    }

    static List<Reader.Answer> answers(Seen seen) {
        return ALL.stream().map(reader -> reader.answer(seen)).toList();
    }
}
