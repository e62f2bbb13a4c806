package dev.repro.tender.daemon;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What runs, in the state folder: `running/ID.json`, and `ended/ID.json` of what ran.
///
/// These files are there for a daemon that is killed, not for a machine that is: then nothing runs any more, which the number of the boot in each
/// tells. So they are replaced by renaming but not forced to the disk, which would cost more than a small launch.
final class GuestFiles {
    private final Path running;
    private final Path ended;
    private final Tags tags;

    private GuestFiles(Path running, Path ended) {
        this.tags = new Tags(running);
        this.running = running;
        this.ended = ended;
    }

    /// @throws Problem exit code 4: the folders cannot be made
    static GuestFiles open(Path state) throws Problem {
        try {
            return new GuestFiles(Files.createDirectories(state.resolve("running")), Files.createDirectories(state.resolve("ended")));
        } catch (IOException e) {
            throw unwritable(state, e);
        }
    }

    /// How processes of these guests are marked.
    Tags tags() {
        return tags;
    }

    private static Problem unwritable(Path file, IOException e) {
        return Problem.storage("what runs cannot be written down: " + e.getMessage()).where(file).hint("free space, or mend what is named").because(e);
    }

    /// Written before a process is started, and again when it was.
    ///
    /// @throws Problem exit code 4
    void write(Guest guest) throws Problem {
        Path file = running.resolve(guest.id() + ".json");
        try {
            Path beside = running.resolve("." + guest.id() + ".new");
            Files.writeString(beside, text(guest.toJson()), StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /// What has ended, or was never started.
    ///
    /// @throws Problem exit code 4
    void forget(Guest guest) throws Problem {
        Path file = running.resolve(guest.id() + ".json");
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /// @throws Problem exit code 4
    void archive(Guest guest) throws Problem {
        Path file = ended.resolve(guest.id() + ".json");
        try {
            Files.writeString(file, text(guest.toJson()));
        } catch (IOException e) {
            throw unwritable(file, e);
        }
        forget(guest);
    }

    /// @throws Problem exit code 4
    void forgetEnded(String id) throws Problem {
        Path file = ended.resolve(id + ".json");
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static String text(Json guest) {
        return JsonText.compact(guest) + "\n";
    }

    /// What a file says, or why it cannot be read.
    record Found(Path file, Guest guest, Problem problem) {}

    /// What was running when the last daemon ended.
    List<Found> running() throws Problem {
        return read(running, Integer.MAX_VALUE);
    }

    /// The newest of what had ended, oldest first.
    List<Found> ended(int most) throws Problem {
        return read(ended, most);
    }

    private static List<Found> read(Path folder, int most) throws Problem {
        record File(Path path, FileTime time) {}
        var files = new ArrayList<File>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "[!.]*.json")) {
            for (Path path : all) {
                files.add(new File(path, Files.getLastModifiedTime(path)));
            }
            files.sort(Comparator.comparing(File::time));
            var out = new ArrayList<Found>();
            for (File file : files.subList(Math.max(0, files.size() - most), files.size())) {
                out.add(read(file.path));
            }
            return out;
        } catch (IOException e) {
            throw Problem.storage("what ran before cannot be read: " + e.getMessage()).where(folder).because(e);
        }
    }

    private static Found read(Path file) throws IOException {
        try {
            Guest guest = Guest.read(Files.readAllBytes(file), file.toString());
            return file.getFileName().toString().equals(guest.id() + ".json") ? new Found(file, guest, null)
                    : new Found(file, null, Problem.usage("a launch of another id than its file").where(file));
        } catch (Problem e) {
            return new Found(file, null, e);
        }
    }
}
