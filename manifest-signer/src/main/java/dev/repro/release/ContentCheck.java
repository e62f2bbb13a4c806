package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.tuf.HashCheck;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Holds the files of added releases to what was signed, and the images to what they say of themselves.
final class ContentCheck {

    record Signers(List<PublicKey> keys, int threshold) {}

    private final ReleaseCheck.Change change;
    private final Function<Digest, Optional<Path>> blobs;
    private final Optional<Signers> signers;

    ContentCheck(ReleaseCheck.Change change, Function<Digest, Optional<Path>> blobs, Optional<Signers> signers) {
        this.change = change;
        this.blobs = blobs;
        this.signers = signers;
    }

    /// First that all files are there, then what is cheap, then images.
    void check() throws Refused, Problem {
        for (TargetName name : change.files().keySet()) {
            blob(name);
        }
        for (Release release : change.added()) {
            envelope(release);
            for (Release.Item item : release.files()) {
                switch (item.role()) {
                    case IMAGE -> image(release.target(item.file()), release.images().get(item.index()));
                    case LOCK -> buildFile(release, item, BuildFile.LOCK, Refused.Rule.LOCK_DIFFERS);
                    case RECORD -> buildFile(release, item, BuildFile.RECORD, Refused.Rule.RECORD_DIFFERS);
                }
            }
        }
    }

    private Path blob(TargetName name) throws Refused {
        TargetFile file = change.files().get(name);
        var digest = new Digest(file.hashes().get("sha256"));
        return blobs.apply(digest).orElseThrow(() -> new Refused(Refused.Rule.BLOB_MISSING, name).expected(file.length() + " bytes, sha256 " + digest)
                .hint("upload it and submit again"));
    }

    private void envelope(Release release) throws Refused, Problem {
        TargetName name = release.target(Release.ENVELOPE);
        byte[] bytes = bytes(name);
        Release signed;
        try {
            signed = ReleaseStatement.unverified(bytes);
        } catch (Problem e) {
            throw new Refused(Refused.Rule.ENVELOPE_MALFORMED, name).found(e.line());
        }
        if (!signed.equals(release)) {
            throw new Refused(Refused.Rule.ENVELOPE_DIFFERS, name).expected("release " + release.digest()).found("release " + signed.digest());
        }
        if (signers.isPresent()) {
            try {
                ReleaseStatement.verify(bytes, signers.get().keys(), signers.get().threshold());
            } catch (Problem e) {
                throw new Refused(Refused.Rule.ENVELOPE_UNSIGNED, name).found(e.line()).hint("sign the release with the keys that sign the role");
            }
        }
    }

    private void image(TargetName name, ReleaseImage described) throws Refused, Problem {
        Path blob = blob(name);
        long length = length(blob);
        if (length != described.size()) {
            throw new Refused(Refused.Rule.BLOB_DIFFERS, name).expected(described.size() + " bytes").found(length + " bytes");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = Mapped.map(blob, arena);
            ImageFacts.Digests digests = ImageFacts.digests(bytes);
            same(Refused.Rule.BLOB_DIFFERS, name, "sha256 " + described.sha256(), "sha256 " + digests.sha256());
            same(Refused.Rule.IMAGE_DIFFERS, name, "sha512 " + described.sha512(), "sha512 " + digests.sha512());
            ImageCheck.check(bytes, described, name);
        }
    }

    private static void same(Refused.Rule rule, TargetName name, String expected, String found) throws Refused {
        if (!expected.equals(found)) {
            throw new Refused(rule, name).expected(expected).found(found).hint("describe images with `repro sign`, which reads them");
        }
    }

    private void buildFile(Release release, Release.Item item, String schema, Refused.Rule rule) throws Refused, Problem {
        TargetName name = release.target(item.file());
        BuildFile file;
        try {
            file = BuildFile.parse(bytes(name), schema, name.text());
        } catch (Problem e) {
            throw new Refused(rule, name).found(e.line());
        }
        for (ReleaseImage image : release.images()) {
            if (file.contradicts(image.file(), image.sha256())) {
                throw new Refused(rule, name).expected(image.file() + " with sha256 " + image.sha256()).found("another digest");
            }
        }
        boolean none = release.images().stream().noneMatch(i -> file.has(i.sha256()));
        if (item.role() == Release.Role.RECORD && none) {
            throw new Refused(rule, name).expected("an output that is an image of the release");
        }
        if (item.role() == Release.Role.LOCK && !release.seeds().entrySet().containsAll(file.seeds().entrySet())) {
            throw new Refused(rule, name).expected("seeds " + release.seeds()).found("seeds " + file.seeds());
        }
    }

    /// The bytes of a small file, held to what was signed.
    private byte[] bytes(TargetName name) throws Refused, Problem {
        TargetFile file = change.files().get(name);
        Path blob = blob(name);
        long length = length(blob);
        if (length != file.length()) {
            throw new Refused(Refused.Rule.BLOB_DIFFERS, name).expected(file.length() + " bytes").found(length + " bytes");
        }
        try {
            byte[] bytes = Files.readAllBytes(blob);
            HashCheck hashes = HashCheck.of(file.hashes()).orElseThrow(); // WholeRelease wants a sha256
            hashes.update(bytes, 0, bytes.length);
            HashCheck.Difference difference = hashes.difference().orElse(null);
            if (difference != null) {
                throw new Refused(Refused.Rule.BLOB_DIFFERS, name).expected(difference.algorithm() + " " + difference.expected())
                        .found(difference.algorithm() + " " + difference.found());
            }
            return bytes;
        } catch (IOException e) {
            throw unreadable(blob, e);
        }
    }

    private static long length(Path blob) throws Problem {
        try {
            return Files.size(blob);
        } catch (IOException e) {
            throw unreadable(blob, e);
        }
    }

    private static Problem unreadable(Path blob, IOException e) {
        return Problem.storage("cannot be read: " + e.getMessage()).where(blob).because(e);
    }
}
