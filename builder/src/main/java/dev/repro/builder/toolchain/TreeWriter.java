package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/// Writes the entries of an archive below one folder, whatever the archive says: nothing is written outside, no link is
/// written through at the last part of a name, no owner, device or setuid bit is taken over.
///
/// Not safe for use by several threads. Reading of content throws IOException (the archive is damaged), everything else a
/// [Problem].
final class TreeWriter {

    private final Path root;
    private final InRoot inRoot;
    private final Clash clash;
    private final String blame;
    private final byte[] buffer = new byte[1 << 16];
    private String lastParent;
    private Path lastPlace;

    /// @param blame the archive, for messages
    TreeWriter(Path root, Clash clash, String blame) {
        this.root = root;
        this.inRoot = new InRoot(root);
        this.clash = clash;
        this.blame = blame;
    }

    void folder(String name, int mode) throws Problem {
        if (clean(name).isEmpty()) {
            return; // the root itself
        }
        Path place = place(name);
        guard(name, () -> {
            if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                boolean toFolder = clash == Clash.KEEP && inRoot.find(name).filter(Files::isDirectory).isPresent();
                if (toFolder) {
                    return;
                }
                remove(place);
                Files.createDirectory(place);
            }
            chmod(place, mode & 0777 | 0700);
        });
    }

    void file(String name, int mode, InputStream content) throws Problem, IOException {
        Path place = place(name);
        try (OutputStream out = create(name, place)) {
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                int length = n;
                guard(name, () -> out.write(buffer, 0, length));
            }
        }
        guard(name, () -> chmod(place, mode & 0777 | 0400));
    }

    /// Moves a file or link that was unpacked elsewhere on the same file system.
    void adopt(String name, Path from) throws Problem {
        Path place = place(name);
        guard(name, () -> {
            if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                if (clash == Clash.KEEP && Files.isSymbolicLink(from)) {
                    return;
                }
                remove(place);
            }
            Files.move(from, place, StandardCopyOption.ATOMIC_MOVE);
        });
        forget();
    }

    /// Moves a whole folder to a name that is not there yet; false, and nothing done, where it is.
    boolean adoptFolder(String name, Path from) throws Problem {
        Path place = place(name);
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        guard(name, () -> Files.move(from, place, StandardCopyOption.ATOMIC_MOVE));
        return true;
    }

    void symlink(String name, String target) throws Problem {
        Path place = place(name);
        guard(name, () -> {
            if (clash == Clash.KEEP && Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            remove(place);
            Files.createSymbolicLink(place, Path.of(target));
        });
        forget();
    }

    /// @param target the name of an entry that was written before
    void hardLink(String name, String target) throws Problem {
        Path existing = look(target);
        if (existing == null || !Files.exists(existing, LinkOption.NOFOLLOW_LINKS)
                || Files.isDirectory(existing, LinkOption.NOFOLLOW_LINKS)) {
            throw bad(name, "is a hard link to a file that is not there: " + target);
        }
        Path place = place(name);
        guard(name, () -> {
            if (!place.equals(existing)) {
                remove(place);
                Files.createLink(place, existing);
            }
        });
        forget();
    }

    /// Deletes a file or a whole folder, if it is there.
    void delete(String name) throws Problem {
        Path place = look(name);
        if (place != null && !place.equals(root)) {
            guard(name, () -> Trees.delete(place));
        }
        forget();
    }

    /// Empties a folder, if it is there.
    void clear(String name) throws Problem {
        Path place = look(name);
        if (place != null && Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            guard(name, () -> {
                for (Path child : Trees.children(place)) {
                    Trees.delete(child);
                }
            });
        }
        forget();
    }

    private OutputStream create(String name, Path place) throws Problem {
        try {
            return Files.newOutputStream(place, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            guard(name, () -> remove(place));
        } catch (IOException e) {
            throw failed(name, e);
        }
        try {
            return Files.newOutputStream(place, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failed(name, e);
        }
    }

    private void remove(Path place) throws IOException {
        if (clash == Clash.REPLACE) {
            Trees.delete(place);
            forget();
            return;
        }
        Files.deleteIfExists(place);
    }

    private Path place(String name) throws Problem {
        String clean = clean(name);
        if (clean.isEmpty()) {
            throw bad(name, "is the root itself");
        }
        int slash = clean.lastIndexOf('/');
        String parent = slash < 0 ? "" : clean.substring(0, slash);
        return resolved(name, () -> {
            if (!parent.equals(lastParent)) {
                lastPlace = inRoot.place(clean).getParent();
                lastParent = parent;
            }
            return lastPlace.resolve(clean.substring(slash + 1));
        });
    }

    /// The place of a name, nothing made; null where a parent is missing.
    private Path look(String name) throws Problem {
        String clean = clean(name);
        return resolved(name, () -> inRoot.look(clean));
    }

    @FunctionalInterface
    private interface Resolution {
        Path run() throws InRoot.EscapeException, IOException;
    }

    private Path resolved(String name, Resolution resolution) throws Problem {
        try {
            return resolution.run();
        } catch (InRoot.EscapeException e) {
            throw bad(name, e.getMessage());
        } catch (InvalidPathException | IOException e) {
            throw failed(name, e);
        }
    }

    /// The name without `./` and closing slashes.
    private String clean(String name) throws Problem {
        if (name.startsWith("/") || name.indexOf('\0') >= 0) {
            throw bad(name, "is not a relative path");
        }
        var parts = Arrays.stream(name.split("/")).filter(p -> !p.isEmpty() && !p.equals(".")).toList();
        if (parts.contains("..")) {
            throw bad(name, "has `..` in it");
        }
        return String.join("/", parts);
    }

    private void forget() {
        lastParent = null;
    }

    private static void chmod(Path file, int mode) throws IOException {
        Files.setAttribute(file, "unix:mode", mode);
    }

    @FunctionalInterface
    private interface Action {
        void run() throws IOException;
    }

    private void guard(String name, Action action) throws Problem {
        try {
            action.run();
        } catch (InvalidPathException | IOException e) {
            throw failed(name, e);
        }
    }

    private Problem failed(String name, Exception e) {
        return switch (e) {
            case DirectoryNotEmptyException _ -> bad(name, "would replace a folder");
            case NoSuchFileException _ -> bad(name, "has no folder to be in");
            case InvalidPathException _ -> Problem.environment("Java cannot name a file of " + blame + " under this locale")
                    .found(name).because(e).hint("set LC_ALL=C.UTF-8");
            default -> Why.storage("cannot write a file of the toolchain", root.resolve(name).normalize(), e);
        };
    }

    private Problem bad(String name, String why) {
        return Problem.usage("entry `" + name + "` " + why).where(blame);
    }
}
