package dev.repro.snapshot;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// Files that authors upload, by SHA-256: `blobs/HEX`, and `blobs/HEX.part` while parts of it are missing. Parts survive a restart.
///
/// Only what a checked submission lists is taken, and no more of it than that says. Nothing is forced to the disk before it is published:
/// what an earlier process has left is hashed again.
final class Blobs {
    private static final String PART = ".part";
    private static final int BUFFER = 1 << 16;

    /// A file that may be uploaded.
    private static final class Upload {
        private final ReentrantLock busy = new ReentrantLock();
        private final long length;
        private volatile long until;
        private MessageDigest sha256; // of the first `offset` bytes; null until somebody appends
        private long offset;

        private Upload(long length) {
            this.length = length;
        }
    }

    private final Path folder;
    private final ServiceLimits limits;
    private final InstantSource clock;
    private final Map<Digest, Upload> uploads = new ConcurrentHashMap<>();
    private final Set<Digest> checked = ConcurrentHashMap.newKeySet(); // whole files whose digest this process has seen

    private Blobs(Path folder, ServiceLimits limits, InstantSource clock) {
        this.folder = folder;
        this.limits = limits;
        this.clock = clock;
    }

    static Blobs open(Path folder, ServiceLimits limits, InstantSource clock) throws Problem {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw Problem.storage("cannot be made").where(folder).because(e);
        }
        return new Blobs(folder, limits, clock);
    }

    /// All of it, if it is here. It never changes again.
    Optional<Path> file(Digest digest) {
        Path file = folder.resolve(digest.hex());
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            if (!checked.contains(digest)) { // of an earlier process, which forced nothing to the disk
                if (!Digest.of(file).equals(digest)) {
                    Files.deleteIfExists(file);
                    return Optional.empty();
                }
                checked.add(digest);
            }
            return Optional.of(file);
        } catch (IOException e) {
            return Optional.empty(); // swept, or unreadable: to be uploaded again
        }
    }

    /// Lets it be uploaded, for a while.
    void expect(Digest digest, long length) throws Refused {
        if (length > limits.blobBytes()) {
            throw new Refused(413, "blob-too-long", 2, "a file is longer than this service takes").expected("at most " + limits.blobBytes()
                    + " bytes")
                    .found(length + " bytes").file(digest);
        }
        Upload upload = uploads.compute(digest, (_, known) -> known != null && known.length == length ? known : new Upload(length));
        upload.until = clock.instant().plus(limits.uploadTime()).toEpochMilli();
    }

    /// How much of it is here; empty if nobody may upload it.
    Optional<Long> offset(Digest digest) throws Problem {
        Upload upload = uploads.get(digest);
        return upload == null ? Optional.empty() : Optional.of(Math.min(size(part(digest)), upload.length));
    }

    private Path part(Digest digest) {
        return folder.resolve(digest.hex() + PART);
    }

    private static long size(Path file) throws Problem {
        try {
            return Files.size(file);
        } catch (java.nio.file.NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw Problem.storage("cannot be read").where(file).because(e);
        }
    }

    /// Appends what comes, up to the stated length. What has come when the sender breaks off stays.
    ///
    /// @return how much of it is here now
    /// @throws IOException if the sender breaks off
    long append(Digest digest, long offset, long length, InputStream in) throws Refused, Problem, IOException {
        Upload upload = uploads.get(digest);
        if (upload == null) {
            throw Refused.missing("nobody has announced this file").file(digest).hint("submit the metadata that lists it first");
        }
        if (file(digest).isPresent()) {
            return upload.length;
        }
        if (length != upload.length) {
            throw Refused.malformed("not the length that was announced").expected(upload.length).found(length).file(digest);
        }
        if (!upload.busy.tryLock()) {
            throw new Refused(409, "upload-busy", 1, "somebody else is uploading this file").file(digest).retryAfter(1);
        }
        try {
            return append(digest, upload, offset, in);
        } finally {
            upload.busy.unlock();
        }
    }

    private long append(Digest digest, Upload upload, long offset, InputStream in) throws Refused, Problem, IOException {
        try (var file = open(digest, upload)) {
            if (offset != upload.offset) {
                throw new Refused(409, "offset-conflict", 1, "the upload goes on elsewhere").expected(upload.offset).found(offset).file(digest)
                        .hint("ask with HEAD how much is here");
            }
            try {
                receive(upload, in, file);
            } finally {
                upload.until = clock.instant().plus(limits.uploadTime()).toEpochMilli();
            }
            if (upload.offset < upload.length) {
                return upload.offset;
            }
        }
        return finish(digest, upload);
    }

    private FileChannel open(Digest digest, Upload upload) throws Problem {
        Path part = part(digest);
        try {
            var file = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (file.size() > upload.length) {
                file.truncate(upload.length);
            }
            if (upload.sha256 == null || upload.offset != file.size()) { // of a process before this one
                upload.sha256 = Digest.sha256();
                var buffer = ByteBuffer.allocate(BUFFER);
                while (file.read(buffer.clear()) >= 0) {
                    upload.sha256.update(buffer.flip());
                }
                upload.offset = file.size();
            }
            return file.position(upload.offset);
        } catch (IOException e) {
            throw Problem.storage("cannot be written: " + e.getMessage()).where(part).because(e);
        }
    }

    private void receive(Upload upload, InputStream in, FileChannel file) throws Problem, IOException {
        var bytes = new byte[BUFFER];
        while (upload.offset < upload.length) {
            int n = in.read(bytes, 0, (int) Math.min(bytes.length, upload.length - upload.offset));
            if (n < 0) {
                return;
            }
            try {
                for (var buffer = ByteBuffer.wrap(bytes, 0, n); buffer.hasRemaining();) {
                    file.write(buffer);
                }
            } catch (java.nio.channels.ClosedByInterruptException e) {
                throw e; // the sender was too slow
            } catch (IOException e) {
                upload.sha256 = null; // what is on the disk counts
                throw Problem.storage("cannot be written: " + e.getMessage()).where(folder).because(e);
            }
            upload.sha256.update(bytes, 0, n);
            upload.offset += n;
        }
    }

    private long finish(Digest digest, Upload upload) throws Refused, Problem {
        Digest found = Digest.of(upload.sha256);
        upload.sha256 = null;
        upload.offset = 0;
        try {
            if (!found.equals(digest)) {
                Files.deleteIfExists(part(digest));
                throw new Refused(422, "digest-mismatch", 60, "not the file that was signed").expected(digest).found(found)
                        .hint("upload the file that the signed metadata lists, from its beginning");
            }
            Files.move(part(digest), folder.resolve(digest.hex()), StandardCopyOption.ATOMIC_MOVE);
            checked.add(digest);
            return upload.length;
        } catch (IOException e) {
            throw Problem.storage("cannot be written: " + e.getMessage()).where(folder).because(e);
        }
    }

    /// Bytes of all files that were uploaded and not yet swept.
    long stored() throws Problem {
        try (var files = Files.newDirectoryStream(folder)) {
            long sum = 0;
            for (Path file : files) {
                sum += size(file);
            }
            return sum;
        } catch (IOException e) {
            throw Problem.storage("cannot be read").where(folder).because(e);
        }
    }

    /// Forgets what nobody went on with. Parts of an earlier process stay for a day.
    void sweep() throws Problem {
        long now = clock.millis();
        uploads.values().removeIf(u -> u.until < now && !u.busy.isLocked());
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                boolean part = name.endsWith(PART);
                Optional<Digest> digest = Digest.parse(part ? name.substring(0, name.length() - PART.length()) : name);
                Duration stay = part ? Duration.ofDays(1) : limits.uploadTime();
                boolean wanted = digest.isPresent() && uploads.containsKey(digest.get());
                if (!wanted && !part) {
                    digest.ifPresent(checked::remove);
                }
                if (!wanted && Files.getLastModifiedTime(file).toMillis() + stay.toMillis() < now) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw Problem.storage("cannot be swept").where(folder).because(e);
        }
    }
}
