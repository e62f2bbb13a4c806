package dev.repro.release;

import dev.repro.tuf.TargetName;

/// Why a release is not published: a rule with a stable name, what was expected, what was found, whose file it is. As
/// [dev.repro.tuf.Refusal] of metadata; the release is at fault, never network or disk.
public final class Refused extends dev.repro.base.Refused {
    private static final long serialVersionUID = 1;

    /// As the gate says it: 60 untrusted, 61 the contract between image and tender.
    public enum Rule {
        NOT_IN_RELEASE("not-in-release", 60, "belongs to no release"),
        DESCRIPTION_MALFORMED("description-malformed", 60, "has no description that can be read"),
        RELEASE_MISPLACED("release-misplaced", 60, "describes a release of another name or version than its path"),
        RELEASE_INCOMPLETE("release-incomplete", 60, "is missing: a release is published and withdrawn as a whole"),
        RELEASE_MIXED("release-mixed", 60, "is not the file of this release that the description says"),
        VERSION_EXISTS("version-exists", 60, "is or was published with other contents"),
        WITHDRAWAL_MISSING("withdrawal-missing", 60, "is not among what the role has withdrawn as it must be"),
        BLOB_MISSING("blob-missing", 60, "has not been uploaded"),
        BLOB_DIFFERS("blob-differs", 60, "has other bytes than were signed"),
        LINT_FAILED("lint-failed", 61, "does not pass lint"),
        TARGET_DIFFERS("target-differs", 61, "is built for another target than described"),
        ABI_DIFFERS("abi-differs", 61, "has another ABI version than described"),
        MANIFEST_DIFFERS("manifest-differs", 61, "has another manifest than described"),
        IMAGE_DIFFERS("image-differs", 60, "has another size or digest than described"),
        IMAGE_NOT_STRIPPED("image-not-stripped", 60, "has a release embedded: images are published without"),
        ENVELOPE_MALFORMED("envelope-malformed", 60, "is not the envelope of a release"),
        ENVELOPE_DIFFERS("envelope-differs", 60, "is signed over another description"),
        ENVELOPE_UNSIGNED("envelope-unsigned", 60, "is not signed by enough keys of the role"),
        LOCK_DIFFERS("lock-differs", 60, "is not the lock of these images"),
        RECORD_DIFFERS("record-differs", 60, "is not the record of a build of these images");

        private final String word;
        private final int code;
        private final String says;

        Rule(String word, int code, String says) {
            this.word = word;
            this.code = code;
            this.says = says;
        }

        /// The stable name: `lint-failed`.
        public String word() {
            return word;
        }
    }

    private final Rule rule;

    Refused(Rule rule, TargetName target) {
        this(rule, target.text());
    }

    /// @param file a target, or `NAME/VERSION` of a release as a whole
    Refused(Rule rule, String file) {
        super(rule.word, rule.code, file + " " + rule.says);
        this.rule = rule;
        setFile(file);
    }

    Refused expected(Object value) {
        setExpected(value);
        return this;
    }

    Refused found(Object value) {
        setFound(value);
        return this;
    }

    Refused hint(String advice) {
        setHint(advice);
        return this;
    }

    public Rule rule() {
        return rule;
    }
}
