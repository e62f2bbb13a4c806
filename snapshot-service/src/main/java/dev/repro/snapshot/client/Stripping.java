package dev.repro.snapshot.client;

import dev.repro.base.Digest;
import dev.repro.base.Durable;
import dev.repro.base.Problem;
import dev.repro.release.Embedded;
import dev.repro.release.ReleaseImage;
import dev.repro.release.ReleaseStatement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Takes an embedded release out of an image.
public final class Stripping {

    private Stripping() {}

    /// @param sha256 of the bytes without it
    /// @param release `NAME VERSION` of what was embedded, by its own word
    public record Outcome(Digest sha256, Optional<String> release) {}

    /// @throws Problem exit code 2: not an image, or what is embedded in it was not put there by us
    public static Outcome strip(Path image, Path output) throws Problem {
        Embedded.Stripped stripped = Embedded.strip(read(image));
        String release = stripped.envelope().isPresent() ? ReleaseStatement.unverified(stripped.envelope().get()).toString() : null;
        try {
            Durable.write(output, stripped.image());
        } catch (IOException e) {
            throw Problem.storage("cannot be written: " + e.getMessage()).where(output).because(e);
        }
        return new Outcome(Digest.of(stripped.image()), Optional.ofNullable(release));
    }

    static byte[] read(Path image) throws Problem {
        try {
            if (Files.size(image) > ReleaseImage.MAX_SIZE + ReleaseStatement.MAX_BYTES) {
                throw Problem.usage("too large for an image").where(image).expected("at most " + ReleaseImage.MAX_SIZE + " bytes");
            }
            return Files.readAllBytes(image);
        } catch (IOException e) {
            throw Problem.usage("cannot be read").where(image).hint("name an image that is there").because(e);
        }
    }
}
