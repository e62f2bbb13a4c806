package dev.repro.builder.sandbox;

import dev.repro.builder.files.Trees;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What one open sandbox has made outside of its builds, written down before it is made, so that the next one can remove it when
/// this process was killed.
///
/// `STATE/sandboxes/ID/` has `lock`, locked as long as the owner lives (the kernel lets go, whatever ends it, and no process id
/// has to be guessed), `list` with a line for each cgroup or file (a URI) outside, and a folder for each build that runs.
final class Leftovers implements AutoCloseable {
    private static final String LOCK = "lock";
    private static final String LIST = "list";
    /// Folders that this process owns. Closing any descriptor of a file drops this process's own lock on it (POSIX), so it must
    /// never look at its own.
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel lockFile;

    private Leftovers(Path folder, FileChannel lockFile) {
        this.folder = folder;
        this.lockFile = lockFile;
    }

    /// Removes what dead owners left, then opens a new list.
    static Leftovers open(Path stateDir) throws IOException, InterruptedException {
        Path all = Files.createDirectories(stateDir.resolve("sandboxes")).toRealPath();
        synchronized (OURS) {
            try (var door = channel(all.resolve(LOCK)); FileLock held = door.lock()) {
                assert held.isValid();
                sweep(all);
                Path folder = Files.createTempDirectory(all, "s");
                var file = channel(folder.resolve(LOCK));
                file.lock();
                Files.createFile(folder.resolve(LIST));
                OURS.add(folder);
                return new Leftovers(folder, file);
            }
        }
    }

    /// A name for this owner that no other has.
    String name() {
        return folder.getFileName().toString();
    }

    /// An empty folder for one build.
    Path folder(String name) throws IOException {
        return Files.createDirectory(folder.resolve(name));
    }

    /// To be called before `made` is made.
    synchronized void note(Path made) throws IOException {
        Files.writeString(folder.resolve(LIST), made.toAbsolutePath().toUri() + "\n", StandardOpenOption.APPEND);
    }

    /// Removes everything of this owner.
    @Override
    public void close() throws IOException {
        try {
            remove(folder);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // what is left waits for the next sweep
        } finally {
            lockFile.close();
            OURS.remove(folder);
        }
    }

    private static void sweep(Path all) throws IOException, InterruptedException {
        try (DirectoryStream<Path> owners = Files.newDirectoryStream(all, Files::isDirectory)) {
            for (Path owner : owners) {
                if (!OURS.contains(owner) && dead(owner)) {
                    remove(owner);
                }
            }
        }
    }

    private static boolean dead(Path owner) throws IOException {
        try (var file = channel(owner.resolve(LOCK)); FileLock lock = file.tryLock()) {
            return lock != null;
        }
    }

    private static void remove(Path owner) throws IOException, InterruptedException {
        if (!Files.isDirectory(owner)) {
            return; // closed twice
        }
        Path list = owner.resolve(LIST);
        if (Files.exists(list)) {
            for (String line : Files.readAllLines(list)) {
                if (line.startsWith("file:")) { // a torn last line names nothing that was made
                    removeNoted(Path.of(URI.create(line)));
                }
            }
        }
        Trees.delete(owner);
    }

    private static void removeNoted(Path made) throws IOException, InterruptedException {
        if (made.getFileName().toString().startsWith(Group.PREFIX)) {
            Group.remove(made);
        } else {
            Files.deleteIfExists(made);
        }
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
}
