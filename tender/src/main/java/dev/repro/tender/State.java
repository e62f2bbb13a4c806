package dev.repro.tender;

import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/// Where the gate keeps what must outlive it: `/var/lib/repro` for root, `$XDG_STATE_HOME/repro` (default `~/.local/state/repro`) for others;
/// `$REPRO_STATE` before both.
///
/// Whoever can write here can undo what is remembered, so a folder of another owner, or one that others may write, is refused.
///
/// @param folder which [#open] has checked
public record State(Path folder) {
    private static final int OTHERS_WRITE = 022;

    /// @param env for REPRO_STATE, XDG_STATE_HOME and HOME
    /// @param user the effective one
    /// @throws Problem exit code 3: no place, or one that cannot be relied on; 4: it cannot be made
    public static State open(Map<String, String> env, int user) throws Problem {
        return at(place(env, user), user);
    }

    /// @param folder is made if it is not there, for its owner alone
    public static State at(Path folder, int user) throws Problem {
        try {
            Files.createDirectories(folder.toAbsolutePath().getParent());
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw Problem.storage("the folder of the gate's state cannot be made: " + e.getMessage()).where(folder).because(e);
        }
        requireOwn(folder, user, false);
        var state = new State(folder);
        for (Path inside : new Path[] {state.trusted(), state.images(), state.launched(), state.receipts(), state.memory()}) {
            if (Files.exists(inside)) {
                requireOwn(inside, user, false);
            }
        }
        return state;
    }

    private static Path place(Map<String, String> env, int user) throws Problem {
        String given = env.getOrDefault("REPRO_STATE", "");
        if (given.startsWith("/")) {
            return Path.of(given);
        }
        return user == 0 ? Path.of("/var/lib/repro") : xdg(env, "XDG_STATE_HOME", ".local/state").resolve("repro");
    }

    /// A folder of the XDG Base Directory Specification.
    static Path xdg(Map<String, String> env, String name, String usual) throws Problem {
        String set = env.getOrDefault(name, "");
        if (set.startsWith("/")) { // a relative one is to be ignored
            return Path.of(set);
        }
        String home = env.getOrDefault("HOME", "");
        if (!home.startsWith("/")) {
            throw Problem.environment("there is no home folder").expected(name + " or HOME").hint("set HOME");
        }
        return Path.of(home).resolve(usual);
    }

    /// Refuses a file or folder that belongs to somebody else or that others may write.
    ///
    /// @param rootToo whether root's is as good as one's own
    /// @throws Problem exit code 3; 2 if it is not there
    static void requireOwn(Path file, int user, boolean rootToo) throws Problem {
        try {
            int owner = (int) Files.getAttribute(file, "unix:uid");
            int mode = (int) Files.getAttribute(file, "unix:mode");
            if (owner != user && !(rootToo && owner == 0) || (mode & OTHERS_WRITE) != 0) {
                throw Problem.environment("what the gate relies on can be changed by others").where(file)
                        .expected("owner " + user + ", not writable by others").found("owner " + owner + ", mode " + Integer.toOctalString(mode & 07777))
                        .hint("see who made it; then chown and chmod go-w, or name another place");
            }
        } catch (NoSuchFileException e) {
            throw Problem.usage("is not there").where(file).because(e);
        } catch (IOException e) {
            throw Problem.storage("cannot be looked at: " + e.getMessage()).where(file).because(e);
        }
    }

    /// A TUF client's files.
    public Path trusted() {
        return folder.resolve("trusted");
    }

    /// Fetched images, by digest; each is verified again whenever it is used.
    public Path images() {
        return folder.resolve("images");
    }

    /// Of each package the newest release that was launched.
    public Path launched() {
        return folder.resolve("launched");
    }

    public Path receipts() {
        return folder.resolve("receipts");
    }

    /// Policies that were used, rollbacks that the operator permits, tenders that were asked what they are.
    Path memory() {
        return folder.resolve("memory");
    }

    /// What the daemon has started.
    public Path running() {
        return folder.resolve("running");
    }
}
