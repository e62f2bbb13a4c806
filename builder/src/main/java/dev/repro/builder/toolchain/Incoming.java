package dev.repro.builder.toolchain;

import dev.repro.base.Digest;
import dev.repro.base.Durable;
import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/// A file that is being received beside the place where it will be; gone on close unless it was kept. Failures are those of
/// the disk, thus a [Problem].
final class Incoming implements AutoCloseable {
    private static final String PREFIX = ".part-";

    /// Parts that are this much older than a new one were left by a process that was killed.
    private static final long STALE_MILLIS = 86_400_000;

    private final Path file;
    private final FileChannel channel;
    private final MessageDigest sha256 = Digest.sha256();
    private long count;
    private Digest digest;

    private Incoming(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static Incoming beside(Path target) throws Problem {
        try {
            Path file = Files.createTempFile(target.getParent(), PREFIX, "");
            sweep(file);
            return new Incoming(file, FileChannel.open(file, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    private static void sweep(Path fresh) throws IOException {
        long now = Files.getLastModifiedTime(fresh).toMillis();
        for (Path other : Trees.children(fresh.getParent())) {
            try {
                if (other.getFileName().toString().startsWith(PREFIX)
                        && now - Files.getLastModifiedTime(other).toMillis() > STALE_MILLIS) {
                    Files.deleteIfExists(other);
                }
            } catch (NoSuchFileException _) {
                continue; // its owner was done with it
            }
        }
    }

    void write(byte[] bytes, int length) throws Problem {
        sha256.update(bytes, 0, length);
        count += length;
        try {
            var buffer = ByteBuffer.wrap(bytes, 0, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /// Of what was written; nothing can be written after it was asked for.
    Digest digest() {
        digest = digest == null ? Digest.of(sha256) : digest;
        return digest;
    }

    long count() {
        return count;
    }

    void keep(Path target) throws Problem {
        try {
            channel.force(true);
            Durable.move(file, target);
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    @Override
    public void close() throws Problem {
        try (channel) {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static Problem failed(Path file, IOException e) {
        return Why.storage("cannot write to the cache", file, e);
    }
}
