package dev.repro.tender.daemon;

import dev.repro.base.Problem;
import dev.repro.tender.os.Accounts;
import dev.repro.tender.os.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/// The path at which the daemon listens.
///
/// Anybody may connect, because who may do what is decided by the policy, which names users and groups that the socket's one group cannot
/// hold; who may nothing is told so. The socket gets owner, group and mode before it has its name.
final class SocketFile implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final String FOLDER_MODE = "rwxr-xr-x";
    private static final String MODE = "rw-rw-rw-";

    private final Path path;
    private final UnixSocket socket;
    private final Object identity;

    private SocketFile(Path path, UnixSocket socket, Object identity) {
        this.path = path;
        this.socket = socket;
        this.identity = identity;
    }

    /// Takes the place of a socket whose daemon is dead.
    ///
    /// @param group of the socket; empty: that of this process
    /// @throws Problem exit code 2: no such group, or there is something else at the path; 3: a daemon listens there
    static SocketFile listen(Path path, Optional<String> group) throws Problem {
        Optional<Integer> gid = group.isEmpty() ? Optional.empty() : Optional.of(Accounts.gid(group.get())
                .orElseThrow(() -> Problem.usage("no such group").where("--group").found(group.get()).hint("make it: groupadd --system " + group.get())));
        Path beside = path.resolveSibling("." + path.getFileName() + "." + ProcessHandle.current().pid());
        try {
            if (!Files.isDirectory(path.toAbsolutePath().getParent())) {
                Files.createDirectories(path.toAbsolutePath().getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(FOLDER_MODE)));
            }
            free(path);
            Files.deleteIfExists(beside);
            UnixSocket socket = UnixSocket.listen(beside, BACKLOG);
            try {
                if (gid.isPresent()) {
                    Files.setAttribute(beside, "unix:gid", gid.get(), LinkOption.NOFOLLOW_LINKS);
                }
                Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString(MODE));
                Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE);
                return new SocketFile(path, socket, identity(path));
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        } catch (IOException e) {
            throw Problem.environment("the socket cannot be made: " + e.getMessage()).where(path).hint("choose another --socket").because(e);
        }
    }

    private static void free(Path path) throws Problem, IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isOther()) {
            throw Problem.usage("something else is there").where(path).expected("a socket, or nothing").hint("choose another --socket");
        }
        UnixSocket living = UnixSocket.connect(path);
        if (living != null) {
            living.close();
            throw Problem.environment("a daemon listens there already").where(path).hint("stop it, or choose another --socket and --state");
        }
    }

    private static Object identity(Path path) throws IOException {
        return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }

    UnixSocket socket() {
        return socket;
    }

    /// The number of the group whose members may launch what the policy leaves to no one by name.
    int group() throws Problem {
        try {
            return (Integer) Files.getAttribute(path, "unix:gid", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw Problem.storage("the socket is gone: " + e.getMessage()).where(path).because(e);
        }
    }

    /// Takes the path away, unless another daemon has taken it over.
    @Override
    public void close() throws IOException {
        socket.close();
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && identity(path).equals(identity)) {
            Files.delete(path);
        }
    }
}
