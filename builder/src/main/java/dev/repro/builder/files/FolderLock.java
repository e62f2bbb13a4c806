package dev.repro.builder.files;

import dev.repro.base.LockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Keeps others away from one folder of the cache, by a lock on the file `.NAME.lock` beside it.
public final class FolderLock {
    private FolderLock() {}

    /// Waits for its turn.
    ///
    /// @param folder need not be there; its parent is made
    public static LockFile on(Path folder) throws IOException, InterruptedException {
        Path absolute = folder.toAbsolutePath().normalize();
        Files.createDirectories(absolute.getParent());
        return LockFile.take(absolute.resolveSibling("." + absolute.getFileName() + ".lock"));
    }
}
