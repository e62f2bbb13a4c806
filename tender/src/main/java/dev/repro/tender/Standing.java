package dev.repro.tender;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.release.Catalogue;
import dev.repro.tuf.Refusal;
import java.util.List;

/// How a release that was launched once stands in the repository now.
///
/// @param newest version that the repository has; empty text: none
/// @param why for people; empty where it is current
public record Standing(State state, String newest, String why) {

    /// From good to bad.
    public enum State {
        /// It is the newest.
        CURRENT("current"),
        /// There is a newer one.
        OUTDATED("outdated"),
        /// It is published no more, or with other contents.
        WITHDRAWN("withdrawn"),
        /// The role that listed it is revoked, expired or not signed as it must be.
        UNTRUSTED("untrusted");

        private final String word;

        State(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /// @param release digest of the description that was launched
    public static Standing of(Known known, String name, String version, Digest release) throws Refusal, Problem {
        Known.Names names = known.names(java.util.Optional.of(name));
        List<Catalogue.Entry> versions = names.catalogue().versions(name);
        String newest = versions.isEmpty() ? "" : versions.getFirst().release().version();
        boolean there = versions.stream().anyMatch(e -> e.release().version().equals(version) && e.release().digest().equals(release));
        if (there) {
            return newest.equals(version) ? new Standing(State.CURRENT, newest, "") : new Standing(State.OUTDATED, newest, newest + " is published");
        }
        if (!names.left().isEmpty()) {
            return new Standing(State.UNTRUSTED, newest, names.left().getFirst().line());
        }
        return new Standing(State.WITHDRAWN, newest, versions.stream().anyMatch(e -> e.release().version().equals(version))
                ? "this version is published with other contents" : "it is published no more");
    }
}
