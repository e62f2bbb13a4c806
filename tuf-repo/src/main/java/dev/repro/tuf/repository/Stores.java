package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import java.nio.file.Files;
import java.nio.file.Path;

/// Opens the store that lies in a folder.
public final class Stores {

    private Stores() {}

    /// A bare git repository if it is one, or if its name ends with `.git` and it has no metadata (yet); else a folder of files.
    public static Store open(Path folder) throws Problem {
        boolean git = Files.isRegularFile(folder.resolve("HEAD")) && Files.isDirectory(folder.resolve("objects"));
        boolean toBeMade = folder.getFileName().toString().endsWith(".git") && !Files.exists(folder.resolve("metadata"));
        return git || toBeMade ? GitStore.open(folder) : DirectoryStore.open(folder);
    }
}
