package dev.repro.tuf.check;

import dev.repro.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// A folder of this machine.
public final class FolderSource implements Source {
    private final Path folder;
    private final String place;

    /// @param place how to call the folder in messages
    public FolderSource(Path folder, String place) {
        this.folder = folder;
        this.place = place;
    }

    @Override
    public String place() {
        return place;
    }

    @Override
    public Answer read(String path, int limit) throws Problem {
        Optional<InputStream> found = open(path);
        if (found.isEmpty()) {
            return new Answer.Absent();
        }
        try (InputStream in = found.get()) {
            byte[] bytes = in.readNBytes(limit);
            return in.read() < 0 ? new Answer.Bytes(bytes) : new Answer.TooLong();
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    @Override
    public Optional<InputStream> open(String path) throws Problem {
        try {
            Path file = folder.resolve(path).normalize();
            // A pipe or a device would be read for ever.
            return file.startsWith(folder.normalize())
                    && Files.isRegularFile(file) ? Optional.of(Files.newInputStream(file)) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty(); // a name that no file of this system has
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private Problem unreadable(String path, IOException e) {
        String reason = e instanceof FileSystemException f
                && f.getReason() != null ? f.getReason() : e instanceof FileSystemException
                ? e.getClass().getSimpleName() : e.getMessage();
        return Problem.storage("cannot be read: " + reason).where(place + "/" + Finding.printable(path)).because(e);
    }

    @Override
    public Optional<Stream<String>> files() throws IOException {
        return Optional.of(Files.walk(folder).filter(Files::isRegularFile)
                .map(file -> folder.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/")));
    }
}
