package dev.repro.tender;

import dev.repro.base.Refused;

/// Why the gate does not launch, where neither metadata (see `dev.repro.tuf.Refusal`) nor release (`dev.repro.release.Refused`) are at fault.
public final class Denied extends Refused {
    private static final long serialVersionUID = 1;

    /// Codes: 60 untrusted, 61 contract, 62 freshness, 63 policy.
    public enum Rule {
        RELEASE_UNKNOWN("release-unknown", 60, "is no release that the repository vouches for"),
        IMAGE_UNKNOWN("image-unknown", 60, "is no image of any release that the repository vouches for"),
        DIGEST_MISMATCH("digest-mismatch", 60, "has other bytes than were signed"),
        LENGTH_MISMATCH("length-mismatch", 60, "has another length than was signed"),
        DEVICE_MISSING("device-missing", 61, "is declared and not attached"),
        DEVICE_EXTRA("device-extra", 61, "is attached and not declared"),
        DEVICE_TYPE("device-type", 61, "is attached as another type than declared"),
        TARGET_DIFFERS("target-differs", 61, "is not built for that target"),
        TENDER_UNFIT("tender-unfit", 61, "cannot run this image as it was signed"),
        TRUST_EXPIRED("trust-expired", 62, "cannot be refreshed, and what was known of it has expired"),
        RELEASE_ROLLBACK("release-rollback", 62, "is older than a release that was launched here before"),
        RELEASE_REPLACED("release-replaced", 62, "is another release than the one of this version that was launched here before"),
        POLICY_MISSING("policy-missing", 63, "is not there, and without a policy nothing is launched"),
        POLICY_UNSIGNED("policy-unsigned", 63, "is not signed by the operator"),
        POLICY_ROLLBACK("policy-rollback", 63, "is older than a policy that was used here before"),
        PACKAGE_NOT_ALLOWED("package-not-allowed", 63, "is named by no entry of the policy"),
        ROLE_NOT_ALLOWED("role-not-allowed", 63, "is listed by a role that the policy does not name"),
        VERSION_NOT_ALLOWED("version-not-allowed", 63, "is older than the policy wants"),
        DEVICE_NOT_ALLOWED("device-not-allowed", 63, "may not be attached to what was asked for"),
        MEMORY_NOT_ALLOWED("memory-not-allowed", 63, "would have memory beyond the limits"),
        ARGUMENTS_NOT_ALLOWED("arguments-not-allowed", 63, "would have arguments that its author does not allow"),
        USER_NOT_ALLOWED("user-not-allowed", 63, "may not be launched by who asks"),
        TENDER_NOT_ALLOWED("tender-not-allowed", 63, "has no tender that the policy allows"),
        TENDER_CHANGED("tender-changed", 63, "is not the tender that the policy allows");

        private final String word;
        private final int code;
        private final String says;

        Rule(String word, int code, String says) {
            this.word = word;
            this.code = code;
            this.says = says;
        }
    }

    private final Rule rule;

    /// @param subject what is refused, for people: `hello 1.0.0`, "net `service`"
    Denied(Rule rule, String subject) {
        super(rule.word, rule.code, subject + " " + rule.says);
        this.rule = rule;
    }

    public Rule rule() {
        return rule;
    }

    Denied expected(Object value) {
        setExpected(value);
        return this;
    }

    Denied found(Object value) {
        setFound(value);
        return this;
    }

    Denied file(Object value) {
        setFile(value);
        return this;
    }

    Denied key(Object value) {
        setKey(value);
        return this;
    }

    /// What the reader can do: an imperative clause in lower case, no full stop.
    Denied hint(String advice) {
        setHint(advice);
        return this;
    }
}
