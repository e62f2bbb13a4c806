package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.HashCheck;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A folder of downloaded targets, one file each, called as the target with `/` and other special characters percent-encoded.
///
/// Only whole and verified files get such a name. What is not whole yet is `.HASH.part`, so that a later run goes on with it, whatever the
/// target is called and whichever process began; `.lock` keeps two processes out of one such file. Memory is the same for any size.
public final class Downloads {
    private static final String LOCK = ".lock";

    private final Remote remote;
    private final Path folder;

    /// @param file where the target is
    /// @param fetched whether anything had to be asked for
    public record Download(Path file, boolean fetched) {}

    /// @param remote the repository's targets
    /// @param folder is made if it is not there
    public Downloads(Remote remote, Path folder) {
        this.remote = remote;
        this.folder = folder;
    }

    /// Fetches a target unless it is here already (TUF 5.7).
    ///
    /// @throws Refusal what came is not what was signed: nothing of it is left
    /// @throws Problem exit code 4: network or storage failed; what came so far is left for the next try
    public Download fetch(Found found) throws Refusal, Problem {
        return fetch(found, found.name().file());
    }

    /// The same, under another name than the target's.
    ///
    /// @param as of a file in the folder
    public Download fetch(Found found, String as) throws Refusal, Problem {
        TargetName name = found.name();
        String flaw = name.problem().orElse(null);
        if (flaw != null) {
            throw Refusal.of(Refusal.Rule.BAD_NAME, name).found("it " + flaw);
        }
        String hash = found.file().prefix().orElseThrow(() -> Refusal.of(Refusal.Rule.NO_KNOWN_HASH, name)
                .expected("sha256 or sha512").found(found.file().hashes().keySet()));
        Path file = folder.resolve(as);
        try {
            if (isHere(file, found)) {
                return new Download(file, false);
            }
            Files.createDirectories(folder);
            boolean consistent = found.role().snapshot().root().root().get().consistentSnapshot();
            String path = name.url(consistent ? hash : ""); // TUF 5.7.3
            try (var lock = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                Path part = own(lock, hash) ? folder.resolve("." + hash + ".part") : Files.createTempFile(folder, ".", ".part");
                return new Download(file, new Transfer(remote, path, found, part).run(file));
            }
        } catch (FileSystemException e) {
            String reason = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
            throw Problem.storage("cannot be read or written: " + reason).where(e.getFile()).because(e);
        } catch (IOException e) {
            throw Problem.storage("cannot be read or written: " + e.getMessage()).where(folder).because(e);
        }
    }

    /// Whether the file is here already.
    private static boolean isHere(Path file, Found found) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) != found.file().length()) {
            return false;
        }
        HashCheck check = HashCheck.of(found.file().hashes()).orElseThrow();
        try (var in = Files.newInputStream(file)) {
            byte[] buffer = new byte[65_536];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                check.update(buffer, 0, n);
            }
        }
        return check.difference().isEmpty();
    }

    // One byte of the lock file for each hash: the lock goes when the channel is closed.
    private static boolean own(FileChannel lock, String hash) throws IOException {
        try {
            return lock.tryLock(Long.parseLong(hash.substring(0, 15), 16), 1, false) != null;
        } catch (OverlappingFileLockException e) {
            return false; // another thread of this process has it
        }
    }
}
