package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a proposal changes, for a person who is to sign it: who gains and loses what, which targets come, go and change, when
/// files expire. It is complete: a member that it has no words for is shown as JSON.
public final class Difference {

    /// @param sign `+` comes, `-` goes, `~` is another, `!` mind this
    /// @param subject the key, role, target or member
    public record Change(String sign, String text, String subject) {
        Json.Obj toJson() {
            return Json.object("sign", sign, "subject", subject, "text", text);
        }
    }

    /// @param before version of the present file, 0 if there is none
    /// @param expiredBefore null if there is none
    public record File(RoleName role, long before, long after, String expiresBefore, String expiresAfter, List<Change> changes) {

        boolean isNewAndEmpty() {
            return before == 0 && changes.isEmpty();
        }

        String title() {
            String versions = before == 0 ? "new" : before + " → " + after;
            String was = before == 0 || expiresBefore.equals(expiresAfter) ? "" : ", was " + expiresBefore;
            return String.format("%-10s %s, expires %s%s", role, versions, expiresAfter, was);
        }

        Json.Obj toJson() {
            return Json.object("role", role.text(), "before", before == 0 ? null
                    : before, "after", after, "expires_before", expiresBefore, "expires_after", expiresAfter,
                    "changes", changes.stream().map(Change::toJson).toList());
        }
    }

    private final Proposal proposal;
    private final List<File> files;

    private Difference(Proposal proposal, List<File> files) {
        this.proposal = proposal;
        this.files = files;
    }

    public static Difference of(Proposal proposal) throws Problem {
        var files = new ArrayList<File>();
        for (RoleName role : proposal.roles()) {
            Signed after = proposal.part(role).unverified();
            Optional<Signed> before = proposal.before(role).map(Metadata::unverified);
            var changes = new ArrayList<Change>();
            switch (after) {
                case Signed.Root root -> new RootDifference(before.map(Signed.Root.class::cast), root, changes::add).tell();
                case Signed.Targets targets -> new TargetsDifference(role, before.map(Signed.Targets.class::cast), targets,
                        changes::add).tell();
                case Signed.Rotate rotate -> RotationDifference.of(proposal, RotateFile.parse(role).orElseThrow(), rotate,
                        changes::add).tell();
                default -> throw new IllegalStateException("no part of a proposal");
            }
            files.add(new File(role, before.map(Signed::version).orElse(0L), after.version(),
                    before.map(Difference::expires).orElse(null), expires(after),
                    List.copyOf(changes)));
        }
        return new Difference(proposal, List.copyOf(files));
    }

    private static String expires(Signed signed) {
        return signed instanceof Signed.Rotate ? "never" : ((Json.Str) signed.json().members().get("expires")).value();
    }

    public List<File> files() {
        return files;
    }

    /// Of the screen that a signer looks at. The last lines are the digest of what would be signed, and who has to sign.
    public List<String> lines() throws Problem {
        var out = new ArrayList<String>();
        int empty = 0;
        for (File file : files) {
            empty += file.isNewAndEmpty() ? 1 : 0;
            if (!file.isNewAndEmpty() || empty <= 4) {
                out.add(file.title());
                file.changes().forEach(c -> out.add("  " + c.sign() + " " + c.text()));
            }
        }
        if (empty > 4) {
            out.add(String.format(Locale.ROOT, "and %,d more new roles without targets", empty - 4));
        }
        out.addAll(signatures());
        out.add(String.format("%-10s %s", "digest", proposal.digest()));
        return out;
    }

    private List<String> signatures() throws Problem {
        var out = new ArrayList<String>();
        List<Proposal.Missing> missing = proposal.missing();
        for (Proposal.Missing one : missing.stream().limit(20).toList()) {
            out.add(String.format("%-10s %s", "unsigned", one.line()));
        }
        if (missing.size() > 20) {
            out.add(String.format(Locale.ROOT, "%-10s and %,d roles more", "unsigned", missing.size() - 20));
        }
        if (missing.isEmpty()) {
            out.add(String.format("%-10s by all who must", "signed"));
        }
        return out;
    }

    /// `repro.repo-diff.v1`
    public Json.Obj toJson() throws Problem {
        return Json.object("schema", "repro.repo-diff.v1", "digest", proposal.digest(), "files",
                files.stream().map(File::toJson).toList(),
                "targets", proposal.blobs().entrySet().stream()
                .map(b -> Json.object("name", b.getKey().text(), "length", b.getValue().length(),
                        "sha256", b.getValue().digest())).toList(), "missing",
                        proposal.missing().stream().map(Proposal.Missing::toJson).toList());
    }
}
