package dev.repro.snapshot.client;

import dev.repro.base.Digest;
import dev.repro.base.Durable;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Signer;
import dev.repro.release.Embedded;
import dev.repro.release.Extras;
import dev.repro.release.LaunchLimits;
import dev.repro.release.Made;
import dev.repro.release.Refused;
import dev.repro.release.Release;
import dev.repro.release.ReleaseMaker;
import dev.repro.release.ReleaseStatement;
import dev.repro.release.ReleaseTargets;
import dev.repro.release.Withdrawn;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyRing;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Makes a release of images, and signs it into the next version of its author's role.
public final class Releases {
    private final Repository repository;
    private final KeyRing keys;
    private final Instant now;

    /// @param repository refreshed just now: what is signed must follow its newest version
    public Releases(Repository repository, KeyRing keys, Instant now) {
        this.repository = repository;
        this.keys = keys;
        this.now = now;
    }

    /// @param folder where the release goes, `NAME-VERSION.release`
    /// @param embed also copies of the images that carry the release themselves, in the folder's `images`
    public record Order(String name, String version, List<Path> images, LaunchLimits limits, Path folder, boolean embed) {}

    /// @param made the release, and what there is to tell of it
    /// @param role that signs it
    /// @param embedded images that carry it
    public record Outcome(Draft draft, Made made, RoleName role, List<Path> embedded) {}

    /// Writes nothing before all was found to be right.
    ///
    /// @throws Problem exit code 1: lint, nobody delegates the name, the version exists, none of the keys may sign; 2: not images
    public Outcome sign(Order order) throws Problem {
        requireNames(order.name(), order.version());
        Draft.requireFree(order.folder());
        RoleName role = free(order);
        Path work = scratch();
        try {
            Made made = ReleaseMaker.make(order.name(), order.version(), order.images(), Extras.NONE.with(order.limits()).withWork(work));
            requireSame(made.release(), role);
            List<Signer> signers = signers(role);
            byte[] envelope = ReleaseStatement.sign(made.release(), signers);
            Path file = work.resolve(Release.ENVELOPE);
            Files.write(file, envelope);
            Editor editor = Editor.of(repository, now).add(ReleaseTargets.additions(made, file), Optional.of(role));
            Proposal signed = Draft.sign(editor.proposal(), List.of(role), keys);
            Draft draft = Draft.write(order.folder(), signed, Optional.empty(), now);
            Durable.write(order.folder().resolve(Release.ENVELOPE), envelope);
            return new Outcome(draft, made, role, order.embed() ? embed(made, envelope, order.folder()) : List.of());
        } catch (IOException e) {
            throw Problem.storage("the release cannot be written: " + e.getMessage()).where(order.folder()).because(e);
        } finally {
            delete(work);
        }
    }

    /// Signs a release's end: the role lists it no more, and says that it did.
    ///
    /// @param folder where that goes, `NAME-VERSION.withdrawal`
    /// @throws Problem exit code 1: there is no such release, or none of the keys may sign
    public Draft withdraw(String name, String version, Path folder) throws Problem {
        requireNames(name, version);
        Draft.requireFree(folder);
        TargetName envelope = envelope(name, version);
        RoleName role = role(envelope, name);
        signers(role);
        List<TargetName> files = repository.targets(role).map(m -> m.unverified().targets().keySet().stream()
                .filter(t -> t.text().startsWith(name + "/" + version + "/")).toList()).orElse(List.of());
        if (!files.contains(envelope)) {
            throw Problem.no("there is no such release").where(envelope).hint("`repro releases " + name + "` lists them");
        }
        Editor editor = Editor.of(repository, now);
        Withdrawn.remove(editor, files, Optional.of(role));
        return Draft.write(folder, Draft.sign(editor.proposal(), List.of(role), keys), Optional.empty(), now);
    }

    private static TargetName envelope(String name, String version) {
        return new TargetName(name + "/" + version + "/" + Release.ENVELOPE);
    }

    private static void requireNames(String name, String version) throws Problem {
        if (!Release.isName(name)) {
            throw Problem.usage("not a name of a package").expected("1 to 64 of a-z, 0-9, `_`, `-`").found(name);
        }
        if (!Release.isVersion(version)) {
            throw Problem.usage("not a version").expected("1 to 64 letters, digits, `.`, `+`, `_`, `~`, `-`, as in 1.0.0").found(version);
        }
    }

    private RoleName role(TargetName target, String name) throws Problem {
        RoleName role = repository.route(target);
        if (role.equals(RoleName.TARGETS)) {
            throw Problem.no("nobody may publish releases of " + name + " yet").where(target)
                    .hint("`repro claim " + name + "` asks the maintainers for the name");
        }
        repository.authorities(role); // that it is not revoked
        return role;
    }

    private RoleName free(Order order) throws Problem {
        TargetName target = envelope(order.name(), order.version());
        RoleName role = role(target, order.name());
        if (repository.targets(role).filter(m -> m.unverified().targets().containsKey(target)).isPresent()) {
            throw Problem.no("version-exists: " + order.name() + " " + order.version() + " is published, and a version is never published twice")
                    .where(target).hint("give the release another --version");
        }
        return role;
    }

    /// A version that was withdrawn may come back as it was, and no other.
    private void requireSame(Release release, RoleName role) throws Problem {
        try {
            Signed.Targets targets = repository.targets(role).orElseThrow().unverified();
            Digest was = Withdrawn.of(role, targets).get(release.name() + "/" + release.version());
            if (was != null && !was.equals(release.digest())) {
                throw Problem.no("version-exists: " + release + " was published with other contents, and withdrawn")
                        .expected("sha256 " + was).found("sha256 " + release.digest()).hint("give the release another --version");
            }
        } catch (Refused e) {
            throw Problem.no(e.line()).where(role).because(e);
        }
    }

    private List<Signer> signers(RoleName role) throws Problem {
        Set<PublicKey> wanted = new HashSet<>();
        repository.authorities(role).forEach(a -> wanted.addAll(a.usable()));
        List<Signer> signers = keys.signers(wanted);
        if (signers.isEmpty()) {
            throw Problem.no("none of your keys may sign role " + role)
                    .expected(String.join(", ", repository.authorities(role).getLast().holders()))
                    .hint("`repro author show` lists your keys; --key KEY takes another; if the name's owner is gone: `repro transfer " + role + "`");
        }
        return signers;
    }

    private static List<Path> embed(Made made, byte[] envelope, Path folder) throws Problem, IOException {
        var out = new ArrayList<Path>();
        for (var image : made.release().images()) {
            byte[] bytes = Files.readAllBytes(made.files().get(made.release().target(image.file())));
            Path to = folder.resolve("images").resolve(image.file());
            Durable.write(to, Embedded.embed(bytes, envelope));
            out.add(to);
        }
        return out;
    }

    private static Path scratch() throws Problem {
        try {
            return Files.createTempDirectory("repro-sign");
        } catch (IOException e) {
            throw Problem.storage("no folder for temporary files: " + e.getMessage()).because(e);
        }
    }

    private static void delete(Path folder) throws Problem {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw Problem.storage("temporary files cannot be deleted: " + e.getMessage()).where(folder).because(e);
        }
    }
}
