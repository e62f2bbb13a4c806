package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file of this machine that becomes a target.
///
/// @param length in bytes, and `digest`: as they were when it was described; publishing checks them again
public record Blob(Path file, long length, Digest digest) {

    public static Blob of(Path file) throws Problem {
        try {
            return new Blob(file, Files.size(file), Digest.of(file));
        } catch (IOException e) {
            throw Problem.usage("cannot be read").where(file).hint("name a file that is there and that you may read").because(e);
        }
    }
}
