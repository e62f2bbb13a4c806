package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The lock and the build records of images: those that are named, or else those that lie beside them and say the same digests.
///
/// A lock proves that it is an image's by what it expects to come out, or by a record of its build that names the image. One that proves
/// nothing is left out, and said.
final class Evidence {
    private static final int MAX_LEVELS = 16; // folders above an image in which its recipe may be

    private record Read(Path file, byte[] bytes, BuildFile content) {
        String name() {
            return file.getFileName().toString();
        }

        ReleaseFile described() {
            return new ReleaseFile(name(), Digest.of(bytes));
        }
    }

    private final Map<Path, ReleaseImage> images;
    private final List<String> notes = new ArrayList<>();
    private final Map<String, Read> records = new TreeMap<>();
    private Optional<Read> lock = Optional.empty();

    private Evidence(Map<Path, ReleaseImage> images) {
        this.images = images;
    }

    /// @param images by the file that the user named
    static Evidence find(Map<Path, ReleaseImage> images, Extras extras) throws Problem {
        var out = new Evidence(images);
        Optional<Path> beside = out.lockBeside();
        if (extras.records().isEmpty()) {
            out.lookForRecords(beside);
        }
        for (Path record : extras.records()) {
            out.name(record);
        }
        if (extras.lock().isPresent()) {
            out.lock = Optional.of(out.named(extras.lock().get(), BuildFile.LOCK));
        } else if (beside.isPresent()) {
            out.lookAtLock(beside.get());
        }
        return out;
    }

    private void name(Path file) throws Problem {
        Read record = named(file, BuildFile.RECORD);
        if (images.values().stream().noneMatch(i -> record.content.has(i.sha256())) || records.put(record.name(), record) != null) {
            throw Problem.usage("a build record of none of the images, or of a name that another has").where(file)
                    .hint("name the record that `repro build` wrote when it made the image");
        }
    }

    private Read named(Path file, String schema) throws Problem {
        Read read = read(file, schema);
        for (ReleaseImage image : images.values()) {
            if (read.content.contradicts(image.file(), image.sha256())) {
                throw Problem.usage("it names other bytes for " + image.file()).where(file).expected(image.sha256().brief())
                        .hint("build the image anew with `repro build`, or take the file that belongs to it");
            }
        }
        return read;
    }

    private static Read read(Path file, String schema) throws Problem {
        try {
            if (Files.size(file) > BuildFile.MAX_BYTES) {
                throw Problem.usage("too long for a " + schema).where(file).expected("at most " + BuildFile.MAX_BYTES + " bytes");
            }
            byte[] bytes = Files.readAllBytes(file);
            return new Read(file, bytes, BuildFile.parse(bytes, schema, file.toString()));
        } catch (IOException e) {
            throw Problem.usage("cannot be read").where(file).hint("name a file that is there and that you may read").because(e);
        }
    }

    /// The nearest lock above the first image.
    private Optional<Path> lockBeside() {
        Path folder = images.keySet().iterator().next().toAbsolutePath().normalize().getParent();
        for (int level = 0; folder != null && level < MAX_LEVELS; level++, folder = folder.getParent()) {
            Path file = folder.resolve(BuildFile.LOCK_NAME);
            if (Files.isRegularFile(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private void lookForRecords(Optional<Path> lockFile) throws Problem {
        var folders = new LinkedHashMap<Path, Boolean>();
        images.keySet().forEach(i -> folders.put(i.toAbsolutePath().normalize().getParent(), true));
        lockFile.ifPresent(l -> folders.put(l.getParent(), true));
        for (Path folder : folders.keySet()) {
            for (Path file : recordsIn(folder)) {
                lookAtRecord(file);
            }
        }
    }

    private static List<Path> recordsIn(Path folder) throws Problem {
        var out = new ArrayList<Path>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + BuildFile.RECORD_SUFFIX)) {
            all.forEach(out::add);
        } catch (IOException | DirectoryIteratorException e) {
            throw Problem.usage("the folder of an image cannot be read").where(folder).because(e);
        }
        out.sort(null);
        return out;
    }

    /// A file that was not named and cannot be read is told, and left out.
    private Optional<Read> readBeside(Path file, String schema) {
        try {
            return Optional.of(read(file, schema));
        } catch (Problem e) {
            notes.add(e.line());
            return Optional.empty();
        }
    }

    private void lookAtRecord(Path file) {
        Read read = readBeside(file, BuildFile.RECORD).orElse(null);
        if (read == null) {
            return;
        }
        if (images.values().stream().anyMatch(i -> read.content.has(i.sha256()))) {
            records.putIfAbsent(read.name(), read);
        } else if (images.values().stream().anyMatch(i -> read.content.contradicts(i.file(), i.sha256()))) {
            notes.add(file + " is of another build of the image");
        }
    }

    private void lookAtLock(Path file) {
        Read read = readBeside(file, BuildFile.LOCK).orElse(null);
        if (read == null) {
            return;
        }
        for (ReleaseImage image : images.values()) {
            boolean built = records.values().stream().map(Read::content)
                    .anyMatch(r -> r.identity().equals(read.content.identity()) && r.has(image.sha256()));
            if (!built && !read.content.has(image.sha256())) {
                notes.add(file + (read.content.contradicts(image.file(), image.sha256()) ? " expects another " + image.file()
                        : " does not say that it gives " + image.file() + "; `repro lock --expected` or `repro build` would make it say so"));
                return;
            }
        }
        lock = Optional.of(read);
    }

    Optional<ReleaseFile> lock() {
        return lock.map(Read::described);
    }

    /// Sorted by name.
    List<ReleaseFile> records() {
        return records.values().stream().map(Read::described).toList();
    }

    /// By the name of the file.
    Map<String, Path> files() {
        var out = new LinkedHashMap<String, Path>();
        lock.ifPresent(l -> out.put(l.name(), l.file));
        records.forEach((name, record) -> out.put(name, record.file));
        return out;
    }

    /// Of the lock, or else of the records, with those that were given.
    ///
    /// @throws Problem two of them give one name different values
    SortedMap<String, String> seeds(Map<String, String> given) throws Problem {
        var out = new TreeMap<>(given);
        List<Read> sources = lock.isPresent() ? List.of(lock.get()) : List.copyOf(records.values());
        for (Read source : sources) {
            for (var seed : source.content.seeds().entrySet()) {
                String other = out.put(seed.getKey(), seed.getValue());
                if (other != null && !other.equals(seed.getValue())) {
                    throw Problem.usage("seed `" + seed.getKey() + "` has two values").where(source.file).expected(seed.getValue()).found(other)
                            .hint("do not give a seed that the lock declares");
                }
            }
        }
        return out;
    }

    List<String> notes() {
        return notes;
    }
}
