package dev.repro.snapshot.client;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.release.Catalogue;
import dev.repro.release.Catalogues;
import dev.repro.release.Embedded;
import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import dev.repro.release.ReleaseStatement;
import dev.repro.release.ReleaseTargets;
import dev.repro.release.Versions;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Found;
import dev.repro.tuf.client.Link;
import dev.repro.tuf.client.Repository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Whether a file is an image of a release that the repository vouches for: by the name that the user gives, by what is embedded in the
/// file, or by its digest alone. Whichever it is, the answer comes from verified metadata; an embedded release only says where to look,
/// and must then be what the metadata says.
public final class Verification {
    private final Repository known;
    private final Consumer<String> warn;

    /// How the release was found.
    public enum By {
        NAME, EMBEDDED, HASH;

        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        /// For a person.
        public String words() {
            return switch (this) {
                case NAME -> "its name";
                case EMBEDDED -> "what is embedded";
                case HASH -> "its digest";
            };
        }
    }

    /// @param known as a client has verified it
    /// @param warn is told of parts of the repository that cannot be verified
    public Verification(Repository known, Consumer<String> warn) {
        this.known = known;
        this.warn = warn;
    }

    /// @param sha256 of the bytes without an embedded release
    /// @param image what the release says of it
    /// @param found the target, with the chain that vouches for it
    /// @param newest version of the package
    public record Outcome(Digest sha256, By by, Release release, ReleaseImage image, Found found, String newest, boolean embedded) {

        public List<Link> links() {
            return found.links();
        }

        /// `repro.verified.v1`
        public Json.Obj toJson(String file) {
            return Json.object("schema", "repro.verified.v1", "image", file, "sha256", sha256, "by", by.word(), "embedded", embedded,
                    "name", release.name(), "version", release.version(), "newest", newest, "release", release.toJson(),
                    "target", found.name().text(), "trust", links().stream().map(Link::toJson).toList());
        }
    }

    /// @param name `NAME` or `NAME@VERSION`
    /// @throws Refusal it is not verified: `target-unknown`, `target-digest-mismatch`, or what is wrong on the way to the release
    public Outcome verify(Path image, Optional<String> name) throws Refusal, Problem {
        Embedded.Stripped stripped = Embedded.strip(Stripping.read(image));
        Digest digest = Digest.of(stripped.image());
        Optional<Release> claimed = stripped.envelope().isPresent()
                ? Optional.of(ReleaseStatement.unverified(stripped.envelope().get())) : Optional.empty();
        By by = name.isPresent() ? By.NAME : claimed.isPresent() ? By.EMBEDDED : By.HASH;
        String which = name.orElse(claimed.map(r -> r.name() + "@" + r.version()).orElse(""));
        String version = version(which, digest, image);
        String[] parts = version.split("@", 2);
        Found envelope = known.find(new TargetName(parts[0] + "/" + parts[1] + "/" + Release.ENVELOPE));
        Release release = described(envelope);
        Found found = image(release, digest, envelope);
        if (stripped.envelope().isPresent()) {
            checkEmbedded(stripped.envelope().get(), claimed.orElseThrow(), release, envelope);
        }
        String newest = Catalogues.of(known, Optional.of(release.name()), warn).versions(release.name()).getFirst().release().version();
        return new Outcome(digest, by, release, release.image(digest).orElseThrow(), found, newest, stripped.envelope().isPresent());
    }

    // NAME@VERSION of the release that is asked about.
    private String version(String which, Digest digest, Path image) throws Refusal, Problem {
        if (which.contains("@")) {
            String[] parts = which.split("@", 2);
            if (!Release.isName(parts[0]) || !Release.isVersion(parts[1])) {
                throw Problem.usage("not a release").where("--name").expected("NAME or NAME@VERSION").found(which);
            }
            return which;
        }
        if (!which.isEmpty() && !Release.isName(which)) {
            throw Problem.usage("not a package").where("--name").expected("NAME or NAME@VERSION").found(which);
        }
        Optional<String> name = Optional.of(which).filter(w -> !w.isEmpty());
        var left = new ArrayList<Refusal>();
        Catalogue catalogue = Catalogues.of(known, name, left::add, warn);
        List<Catalogue.Entry> with = catalogue.byImage(digest);
        Optional<Release> newest = with.stream().map(Catalogue.Entry::release).filter(r -> name.isEmpty() || r.name().equals(which))
                .max(Comparator.comparing(Release::version, Versions.ORDER));
        if (newest.isPresent()) {
            return newest.get().name() + "@" + newest.get().version();
        }
        if (name.isPresent() && catalogue.versions(which).isEmpty() && !left.isEmpty()) {
            throw left.getFirst(); // the role that would list it
        }
        left.forEach(refusal -> warn.accept("left out: " + refusal.line()));
        throw unknown(catalogue.versions(which), digest, image, which);
    }

    private static Refusal unknown(List<Catalogue.Entry> versions, Digest digest, Path image, String name) {
        String file = image.getFileName().toString();
        if (versions.isEmpty()) {
            return Refusal.of(Refusal.Rule.UNKNOWN, new TargetName(name.isEmpty() ? file : name)).found("sha256 " + digest)
                    .hint(name.isEmpty() ? "no release has an image of this digest: compare the file with its author, or name the release with --name"
                    : "no release of " + name + " is published: `repro releases` lists what is");
        }
        Release newest = versions.getFirst().release();
        ReleaseImage like = newest.images().stream().filter(i -> i.file().equals(file)).findFirst().orElse(newest.images().getFirst());
        return mismatch(newest, like, digest).hint("no release of " + name + " has this image: fetch " + newest.name() + " " + newest.version()
                + " again, or ask its author");
    }

    private static Refusal mismatch(Release release, ReleaseImage image, Digest digest) {
        return Refusal.of(Refusal.Rule.DIGEST_MISMATCH, release.target(image.file())).expected("sha256 " + image.sha256()).found("sha256 " + digest);
    }

    private static Release described(Found envelope) throws Refusal {
        try {
            Json custom = envelope.file().custom().orElse(new Json.Null());
            Release release = Release.parse(custom instanceof Json.Obj object ? object.members().get(ReleaseTargets.RELEASE) : null);
            if (release.target(Release.ENVELOPE).equals(envelope.name())) {
                return release;
            }
            throw Refusal.of(Refusal.Rule.MALFORMED, envelope.name()).found("the description of " + release);
        } catch (Problem e) {
            throw Refusal.of(Refusal.Rule.MALFORMED, envelope.name()).found(e.line());
        }
    }

    private Found image(Release release, Digest digest, Found envelope) throws Refusal, Problem {
        ReleaseImage image = release.image(digest).orElse(null);
        if (image == null) {
            throw mismatch(release, release.images().getFirst(), digest)
                    .hint("the file is no image of " + release + ": `repro verify` without --name looks for its release by its digest");
        }
        Found found = known.find(release.target(image.file()));
        boolean same = digest.hex().equals(found.file().hashes().get("sha256")) && found.file().length() == image.size()
                && found.role().role().equals(envelope.role().role());
        if (!same) {
            throw Refusal.of(Refusal.Rule.MALFORMED, found.name()).expected("sha256 " + digest + " of role " + envelope.role().role())
                    .found(found.file().hashes() + " of role " + found.role().role());
        }
        return found;
    }

    // The role's own threshold vouches for the description; so it does for the published envelope, whoever has signed that. A team's may be
    // signed by one of them.
    private static void checkEmbedded(byte[] embedded, Release claimed, Release release, Found envelope) throws Refusal {
        if (!claimed.digest().equals(release.digest())) {
            throw Refusal.of(Refusal.Rule.DIGEST_MISMATCH, envelope.name()).expected("release " + release + ", sha256 " + release.digest())
                    .found("embedded " + claimed + ", sha256 " + claimed.digest()).hint("take the embedded one out: repro strip IMAGE");
        }
        if (Digest.of(embedded).hex().equals(envelope.file().hashes().get("sha256"))) {
            return;
        }
        try {
            ReleaseStatement.verify(embedded, envelope.role().keys(), 1);
        } catch (Problem e) {
            throw Refusal.of(Refusal.Rule.UNSIGNED, envelope.name()).found("an embedded release that is not signed by the role's present keys")
                    .hint("take the embedded one out with `repro strip IMAGE`, and verify again");
        }
    }

    /// Names of key holders by key id, as root and the maintainers have signed them.
    public Map<KeyId, String> owners() throws Refusal, Problem {
        var out = new HashMap<KeyId, String>();
        for (Json.Obj signed : List.of(known.snapshot().root().root().get().json(), known.targets().targets().get().json())) {
            if (signed.members().get("x-repro-owners") instanceof Json.Obj(var members)) {
                members.forEach((id, name) -> out.put(new KeyId(id), name instanceof Json.Str(String text) ? text : ""));
            }
        }
        return out;
    }
}
