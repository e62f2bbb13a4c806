package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Durable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// All that [DirectoryStore] does to a disk, so that a test can make any of it fail.
class Disk {
    private static final int BUFFER = 1 << 16;

    /// A new file, forced to the disk.
    void write(Path file, byte[] bytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    /// Likewise a copy of `from`.
    ///
    /// @return of the bytes that were copied
    Digest copy(Path from, Path file) throws IOException {
        var digest = Digest.sha256();
        var buffer = ByteBuffer.allocate(BUFFER);
        try (var in = FileChannel.open(from, StandardOpenOption.READ);
                var out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (in.read(buffer.clear()) >= 0) {
                digest.update(buffer.flip().duplicate());
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
            }
            out.force(true);
        }
        return Digest.of(digest);
    }

    /// A second name of a file that never changes, its content forced to the disk.
    void adopt(Path existing, Path file) throws IOException {
        link(existing, file);
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// A second name of a file, or a copy where the file system has no second names.
    void link(Path existing, Path file) throws IOException {
        try {
            Files.createLink(file, existing);
        } catch (UnsupportedOperationException | FileSystemException e) {
            copy(existing, file);
        }
    }

    void createDirectories(Path folder) throws IOException {
        Files.createDirectories(folder);
    }

    /// Renames, over what may be there.
    void move(Path file, Path target) throws IOException {
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    }

    void syncFolder(Path folder) throws IOException {
        Durable.syncFolder(folder);
    }

    void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}
