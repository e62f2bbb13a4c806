package dev.repro.keys;

import dev.repro.base.Durable;
import dev.repro.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;

/// Files that hold secrets: written with mode 0600 and never over another file; read only if nobody else can read them.
final class PrivateFile {
    private static final int MAX_BYTES = 1 << 16;

    private PrivateFile() {}

    enum Guard { OWNER_ONLY, ANYBODY }

    /// The content, at most 64 KiB; the caller wipes it.
    static byte[] read(Path file, Guard guard) throws Problem {
        if (guard == Guard.OWNER_ONLY) {
            checkMode(file);
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[MAX_BYTES + 1];
            int length = in.readNBytes(buffer, 0, buffer.length);
            byte[] bytes = Arrays.copyOf(buffer, length);
            Arrays.fill(buffer, (byte) 0);
            if (length > MAX_BYTES) {
                Arrays.fill(bytes, (byte) 0);
                throw Problem.usage("too large for a key or a password").where(file).expected("at most " + MAX_BYTES + " bytes");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw Problem.usage("no such file").where(file).because(e);
        } catch (IOException e) {
            throw Problem.usage("cannot be read: " + e.getMessage()).where(file).because(e);
        }
    }

    /// Pipes and file systems without modes are let pass.
    static void checkMode(Path file) throws Problem {
        var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null || !Files.isRegularFile(file)) {
            return;
        }
        try {
            String mode = PosixFilePermissions.toString(view.readAttributes().permissions());
            if (!mode.endsWith("------")) {
                throw Problem.usage("others can read this secret").where(file).expected("rw-------").found(mode).hint("chmod 600 "
                        + file);
            }
        } catch (IOException e) {
            throw Problem.usage("cannot be read: " + e.getMessage()).where(file).because(e);
        }
    }

    /// All or nothing, durable.
    static void create(Path file, Secret content) throws Problem {
        Path target = file.toAbsolutePath();
        try {
            Path beside = Files.createTempFile(target.getParent(), "." + target.getFileName() + ".", ".new"); // mode 0600
            try {
                try (var channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                    var buffer = ByteBuffer.wrap(content.bytes());
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                    channel.force(true);
                }
                Files.createLink(target, beside); // unlike a rename it does not replace
                Durable.syncFolder(target.getParent());
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (FileAlreadyExistsException e) {
            throw Problem.usage("there is a file of that name, and a private key is not overwritten").where(file).because(e);
        } catch (NoSuchFileException e) {
            throw Problem.usage("its folder does not exist").where(file).because(e);
        } catch (IOException e) {
            throw Problem.storage("cannot be written: " + e.getMessage()).where(file).because(e);
        }
    }
}
