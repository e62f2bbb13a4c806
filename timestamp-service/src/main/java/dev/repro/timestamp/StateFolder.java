package dev.repro.timestamp;

import dev.repro.base.Digest;
import dev.repro.base.Durable;
import dev.repro.base.LockFile;
import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// What a timestamp authority remembers, on disk:
/// - `mark.json` the [Mark]
/// - `SHA256.snapshot.json` the snapshot that the mark names
/// - `roots/N.root.json` every root that was followed
/// - `lock` is held while a timestamp is made, so that two processes of one folder do not undo each other's mark
///
/// Every file is forced to the disk before it counts. A folder that holds something else than was written is refused, never begun anew.
final class StateFolder {
    private static final String SNAPSHOT = ".snapshot.json";

    private final Path folder;
    private final Path mark;

    StateFolder(Path folder) {
        this.folder = folder;
        this.mark = folder.resolve("mark.json");
    }

    interface Work<T, E extends Exception> {
        T run() throws E, Problem;
    }

    /// Does something alone.
    <T, E extends Exception> T locked(Work<T, E> work) throws E, Problem {
        try {
            Files.createDirectories(folder);
            try (var _ = LockFile.take(folder.resolve("lock"))) {
                return work.run();
            }
        } catch (IOException e) {
            throw broken(folder, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.environment("interrupted").where(folder).because(e);
        }
    }

    Optional<Mark> mark() throws Problem {
        Optional<byte[]> bytes = read(mark);
        return bytes.isEmpty() ? Optional.empty() : Optional.of(Mark.parse(bytes.get(), mark.toString()));
    }

    /// The snapshot that a mark names.
    byte[] snapshot(Mark of) throws Problem {
        Path file = file(of.snapshot());
        byte[] bytes = read(file).orElseThrow(() -> damaged(file, "missing"));
        if (!Digest.of(bytes).equals(of.snapshot())) {
            throw damaged(file, "not the file that was signed for");
        }
        return bytes;
    }

    Optional<byte[]> root(long version) throws Problem {
        return read(root(RoleName.ROOT.file(version)));
    }

    void keepRoot(long version, byte[] bytes) throws Problem {
        write(root(RoleName.ROOT.file(version)), bytes);
    }

    /// Moves the mark; returns when it would survive a power cut.
    ///
    /// @param snapshot the file that the mark names
    void keep(Mark next, byte[] snapshot, Optional<Mark> before) throws Problem {
        boolean isNew = before.map(Mark::snapshot).filter(next.snapshot()::equals).isEmpty();
        if (isNew) {
            write(file(next.snapshot()), snapshot);
        }
        write(mark, next.bytes());
        if (isNew && before.isPresent()) {
            try {
                Files.deleteIfExists(file(before.get().snapshot()));
            } catch (IOException e) {
                throw broken(folder, e);
            }
        }
    }

    private Path file(Digest snapshot) {
        return folder.resolve(snapshot.hex() + SNAPSHOT);
    }

    private Path root(String name) {
        return folder.resolve("roots").resolve(name);
    }

    private static Optional<byte[]> read(Path file) throws Problem {
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw broken(file, e);
        }
    }

    private static void write(Path file, byte[] bytes) throws Problem {
        try {
            Durable.write(file, bytes);
        } catch (IOException e) {
            throw broken(file, e);
        }
    }

    private static Problem damaged(Path file, String what) {
        return Problem.storage("the memory of what was signed is damaged: " + what).where(file)
                .hint("restore the folder; without it nothing tells whether a snapshot goes backwards");
    }

    private static Problem broken(Path file, IOException e) {
        return Problem.storage("cannot be read or written: " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())).where(file)
                .hint("free space or mend what is named; nothing was signed").because(e);
    }
}
