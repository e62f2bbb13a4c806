package dev.repro.release;

import dev.repro.base.Problem;
import dev.repro.image.Lint;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Makes a release of images: reads everything that the images say of themselves, refuses what lint finds an error in, and finds lock and
/// build records beside them.
public final class ReleaseMaker {
    private final Extras extras;
    private final Map<Path, ReleaseImage> images = new LinkedHashMap<>();
    private final TreeMap<String, Path> files = new TreeMap<>();
    private final TreeMap<String, List<Lint.Finding>> warnings = new TreeMap<>();

    private ReleaseMaker(Extras extras) {
        this.extras = extras;
    }

    /// @param images in the order of their launch
    /// @throws Problem exit code 1: lint finds an error; 2: not images, or not what a release can hold; 4: a file cannot be read or written
    public static Made make(String name, String version, List<Path> images, Extras extras) throws Problem {
        requireNames(name, version);
        if (images.isEmpty() || images.size() > Release.MAX_FILES) {
            throw Problem.usage("a release has 1 to " + Release.MAX_FILES + " images").found(images.size());
        }
        var maker = new ReleaseMaker(extras);
        for (Path image : images) {
            maker.add(image);
        }
        for (String file : extras.limitsOf().keySet()) {
            if (!maker.files.containsKey(file)) {
                throw Problem.usage("limits are given for a file that is no image of the release").found(file);
            }
        }
        return maker.finish(name, version);
    }

    private static void requireNames(String name, String version) throws Problem {
        if (!Release.isName(name)) {
            throw Problem.usage("not a package's name").expected("1 to 64 of a-z, 0-9, `_`, `-`").found(name).hint("choose a name such as hello-net");
        }
        if (!Release.isVersion(version)) {
            throw Problem.usage("not a version").expected("1 to 64 letters, digits, `.`, `+`, `_`, `~`, `-`").found(version)
                    .hint("choose a version such as 1.0.0");
        }
    }

    private void add(Path path) throws Problem {
        String file = path.getFileName() == null ? "" : path.getFileName().toString();
        if (!Release.isFile(file) || file.equals(Release.ENVELOPE) || files.containsKey(file)) {
            throw Problem.usage("the file has a name that a release cannot have, or has already").where(path)
                    .expected("letters, digits, `.`, `_`, `+`, `-`").hint("give every image a name of its own");
        }
        LaunchLimits limits = extras.of(file);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = Mapped.map(path, arena);
            boolean embedded = Embedded.isIn(bytes);
            MemorySegment plain = embedded ? Embedded.open(path, arena).image() : bytes;
            ImageFacts facts = ImageFacts.read(plain, limits);
            if (!facts.errors().isEmpty()) {
                throw Problem.no("lint finds " + facts.errors().size() + (facts.errors().size() == 1 ? " error" : " errors")).where(path)
                        .found(facts.errors().getFirst()).hint("see `repro manifest lint " + path + "`; docs/lint.md says why");
            }
            images.put(path, facts.describe(plain, file, limits));
            files.put(file, embedded ? stripped(path, plain) : path);
            if (!facts.warnings().isEmpty()) {
                warnings.put(file, facts.warnings());
            }
        } catch (IllegalArgumentException e) { // of the description
            throw Problem.usage(e.getMessage()).where(path).because(e);
        }
    }

    private Path stripped(Path path, MemorySegment plain) throws Problem {
        Path work = extras.work().orElseThrow(() -> Problem.usage("the image has a release embedded").where(path)
                .hint("take it out with `repro strip " + path + "`"));
        Path out = work.resolve(path.getFileName());
        try (var channel = FileChannel.open(out, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (var bytes = plain.asByteBuffer(); bytes.hasRemaining();) {
                channel.write(bytes);
            }
            return out;
        } catch (IOException e) {
            throw Problem.storage("the image without its embedded release cannot be written: " + e.getMessage()).where(out).because(e);
        }
    }

    private Made finish(String name, String version) throws Problem {
        Evidence evidence = Evidence.find(images, extras);
        try {
            var description = new Release(name, version, new ArrayList<>(images.values()), evidence.lock(), evidence.records(),
                    evidence.seeds(extras.seeds()));
            Release release = Release.parse(description.toJson()); // its limits hold for who makes it too
            files.putAll(evidence.files());
            var targets = new TreeMap<TargetName, Path>();
            files.forEach((file, path) -> targets.put(release.target(file), path));
            return new Made(release, targets, warnings, evidence.notes());
        } catch (IllegalArgumentException e) {
            throw Problem.usage(e.getMessage()).where(name + " " + version).because(e);
        }
    }
}
