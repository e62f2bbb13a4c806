package dev.repro.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Files that are either the old or the new after a crash at any moment: write beside, fsync, rename, fsync of the folder.
public final class Durable {

    private Durable() {}

    public static void write(Path file, byte[] bytes) throws IOException {
        write(file, channel -> {
            var buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        });
    }

    /// Writes what another file holds, however large it is.
    public static void copy(Path from, Path file) throws IOException {
        try (var in = FileChannel.open(from, StandardOpenOption.READ)) {
            write(file, channel -> {
                for (long at = 0, n = 1; n > 0; at += n) {
                    n = in.transferTo(at, Long.MAX_VALUE, channel);
                }
            });
        }
    }

    @FunctionalInterface
    private interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    private static void write(Path file, Content content) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path beside = Files.createTempFile(folder, "." + file.getFileName() + ".", ".new");
        try {
            Files.setPosixFilePermissions(beside, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
            try (var channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            move(beside, file);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /// Renames over `target` and makes the rename durable. The content of `file` must have been forced already.
    public static void move(Path file, Path target) throws IOException {
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        syncFolder(target.toAbsolutePath().getParent());
    }

    public static void syncFolder(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
