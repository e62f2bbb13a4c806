package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file of this machine that becomes a target.
///
/// @param length in bytes, and `digest`: as they were when it was described; publishing checks them again
/// @param frozen whether whoever names it vouches that it has this digest and never changes again: a store may keep it under a second
///     name, without a copy
public record Blob(Path file, long length, Digest digest, boolean frozen) {

    public Blob(Path file, long length, Digest digest) {
        this(file, length, digest, false);
    }

    public static Blob of(Path file) throws Problem {
        try {
            return new Blob(file, Files.size(file), Digest.of(file));
        } catch (IOException e) {
            throw Problem.usage("cannot be read").where(file).hint("name a file that is there and that you may read").because(e);
        }
    }
}
