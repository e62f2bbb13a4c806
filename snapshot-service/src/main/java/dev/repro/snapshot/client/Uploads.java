package dev.repro.snapshot.client;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.repository.Blob;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/// Sends files piece by piece, from where an earlier try stopped.
final class Uploads {
    private static final int PIECE = 4 << 20; // bytes
    private static final int CONFLICT = 409;
    private static final int TRIES = 5;

    private final ServiceClient service;
    private final Consumer<String> progress;

    Uploads(ServiceClient service, Consumer<String> progress) {
        this.service = service;
        this.progress = progress;
    }

    /// @param name for a person
    /// @throws Declined if the service does not want the file, or it is not what it is called
    /// @throws Problem exit code 4: it did not get there; what did stays for an hour
    void send(String name, Blob blob) throws Declined, Problem, InterruptedException {
        for (int tried = 1;; tried++) {
            try {
                Optional<Long> offset = service.offset(blob.digest());
                if (offset.isPresent()) {
                    sendFrom(name, blob, offset.get());
                }
                return;
            } catch (Declined e) {
                if (e.status() != CONFLICT || tried == TRIES) {
                    throw e; // else somebody sends the same file, or a piece got there without an answer: see how far it is
                }
            }
        }
    }

    private void sendFrom(String name, Blob blob, long start) throws Declined, Problem, InterruptedException {
        requireSame(blob);
        try (var file = new RandomAccessFile(blob.file().toFile(), "r")) {
            long at = start;
            do {
                var piece = new byte[(int) Math.min(PIECE, blob.length() - at)];
                file.seek(at);
                file.readFully(piece);
                progress.accept(String.format(Locale.ROOT, "sending %s: %,d of %,d bytes", name, at, blob.length()));
                service.append(blob.digest(), at, blob.length(), piece);
                at += piece.length;
            } while (at < blob.length());
        } catch (IOException e) {
            throw Problem.usage("cannot be read any more: " + e.getMessage()).where(blob.file()).because(e)
                    .hint("restore the file, or sign anew");
        }
    }

    private static void requireSame(Blob blob) throws Problem {
        try {
            Digest now = Digest.of(blob.file());
            if (!now.equals(blob.digest())) {
                throw Problem.usage("the file has changed since it was signed").where(blob.file()).expected("sha256 " + blob.digest())
                        .found("sha256 " + now).hint("restore the file, or sign anew");
            }
        } catch (IOException e) {
            throw Problem.usage("cannot be read any more").where(blob.file()).because(e).hint("restore the file, or sign anew");
        }
    }
}
