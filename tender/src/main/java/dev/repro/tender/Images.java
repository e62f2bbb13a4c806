package dev.repro.tender;

import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.release.Embedded;
import dev.repro.release.ReleaseImage;
import dev.repro.tender.os.Sealed;
import dev.repro.tuf.client.Downloads;
import dev.repro.tuf.client.Found;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/// Images in sealed memory: of a file of the caller's, or fetched from the repository into a folder, by digest.
final class Images {
    private final Path folder;
    private final Trusted trusted;
    private final Shelf shelf;

    Images(State state, Trusted trusted, Shelf shelf) {
        this.folder = state.images();
        this.trusted = trusted;
        this.shelf = shelf;
    }

    /// Reads a file once. What is embedded in it (`repro sign --embed`) is taken out in memory, and the rest sealed in turn: digests are of that.
    static Sealed of(Path file) throws Problem {
        Sealed read = Sealed.copy(file, ReleaseImage.MAX_SIZE);
        if (!Embedded.isIn(read.bytes())) {
            return read;
        }
        try (read) {
            return Sealed.of(Embedded.strip(read.bytes().toArray(ValueLayout.JAVA_BYTE)).image(), read.name());
        } catch (Problem e) {
            throw e.placed() ? e : e.where(file);
        }
    }

    /// An image of the repository's: from memory, from the folder, or fetched. Whichever it is, the caller compares its digest.
    ///
    /// @param found the target, which bounds what is fetched
    /// @throws Problem exit code 4: it is not here, and cannot be fetched
    Sealed of(Found found, ReleaseImage image) throws Refused, Problem {
        Sealed kept = shelf.image(image.sha256()).orElse(null);
        if (kept != null) {
            return kept;
        }
        String name = image.sha256().hex();
        Path file = folder.resolve(name);
        if (Files.exists(file)) {
            Sealed here = Sealed.copy(file, ReleaseImage.MAX_SIZE);
            if (here.sha256().equals(image.sha256())) {
                return shelf.keep(here);
            }
            here.close();
            delete(file); // damaged: what is fetched anew is verified again
        }
        new Downloads(trusted.targets(), folder).fetch(found, name);
        return shelf.keep(Sealed.copy(file, ReleaseImage.MAX_SIZE));
    }

    private static void delete(Path file) throws Problem {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw Problem.storage("a damaged file cannot be deleted: " + e.getMessage()).where(file).because(e);
        }
    }
}
