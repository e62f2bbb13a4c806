package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.image.AbiNote;
import dev.repro.image.Image;
import dev.repro.image.Lint;
import dev.repro.image.Manifest;
import dev.repro.image.Mark;
import dev.repro.image.Reading;
import dev.repro.image.Rule;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What an image itself says: the one reading of it for who makes a release and for who checks one.
///
/// @param findings of lint
record ImageFacts(String target, Optional<Long> abi, Optional<Json.Obj> manifest, List<Lint.Finding> findings) {
    private static final String SOLO5 = "solo5-";

    /// @param sha512 128 hexadecimal digits
    record Digests(Digest sha256, String sha512) {}

    /// Never fails, whatever the bytes.
    static ImageFacts read(MemorySegment bytes, LaunchLimits limits) {
        Image image = Image.describe(bytes);
        var solo5 = image.mark(Mark.Solo5.class);
        String kind = image.kind();
        return new ImageFacts(kind.startsWith(SOLO5) ? kind.substring(SOLO5.length()) : kind, solo5.flatMap(ImageFacts::abi),
                solo5.flatMap(ImageFacts::manifest), Lint.check(bytes, limits.memoryMin().map(OptionalLong::of).orElse(OptionalLong.empty())));
    }

    static Digests digests(MemorySegment bytes) {
        MessageDigest sha256 = Digest.sha256();
        MessageDigest sha512 = newSha512();
        for (long at = 0; at < bytes.byteSize(); at += 1 << 20) {
            var piece = bytes.asSlice(at, Math.min(1 << 20, bytes.byteSize() - at)).asByteBuffer();
            sha256.update(piece.duplicate());
            sha512.update(piece);
        }
        return new Digests(Digest.of(sha256), HexFormat.of().formatHex(sha512.digest()));
    }

    private static Optional<Long> abi(Mark.Solo5 mark) {
        return mark.abi() instanceof Reading.Found(AbiNote note, _, _, _) ? Optional.of(note.version()) : Optional.empty();
    }

    private static Optional<Json.Obj> manifest(Mark.Solo5 mark) {
        return mark.manifest() instanceof Reading.Found(Manifest manifest, _, _, _) ? Optional.of(manifest.toJson()) : Optional.empty();
    }

    private static MessageDigest newSha512() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }

    List<Lint.Finding> errors() {
        return findings.stream().filter(f -> f.rule().severity() == Rule.Severity.ERROR).toList();
    }

    List<Lint.Finding> warnings() {
        return findings.stream().filter(f -> f.rule().severity() == Rule.Severity.WARNING).toList();
    }

    /// The image as a release describes it.
    ///
    /// @throws IllegalArgumentException what it says is beyond what a description can hold
    ReleaseImage describe(MemorySegment bytes, String file, LaunchLimits limits) {
        Digests digests = digests(bytes);
        return new ReleaseImage(file, target, abi, manifest, bytes.byteSize(), digests.sha256(), digests.sha512(), limits);
    }
}
