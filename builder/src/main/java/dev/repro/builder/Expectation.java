package dev.repro.builder;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import dev.repro.builder.recipe.Lock;
import dev.repro.builder.recipe.Recipe;
import dev.repro.image.ElfFile;
import dev.repro.image.MalformedElf;
import dev.repro.image.Section;
import dev.repro.image.Solo5;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a lock records of the outputs once two builds agreed on them.
final class Expectation {
    private final Workshop workshop;

    Expectation(Workshop workshop) {
        this.workshop = workshop;
    }

    /// The lock with what two builds of it agree on.
    ///
    /// @throws Problem of exit code 1 where they do not agree
    Lock of(Path recipeFile, Recipe recipe, Lock lock, boolean allowDirty) throws Problem, InterruptedException {
        try (var project = Project.open(workshop, recipeFile, recipe, lock, allowDirty); var runner = new BuildRunner(workshop, project)) {
            var pair = Pair.build(runner, Surrounding.profile(workshop, project), workshop.progress());
            if (!(pair.a() instanceof BuildResult.Built a) || !(pair.b() instanceof BuildResult.Built b)) {
                throw Problem.no("a build failed, so there are no outputs to expect: " + String.join("; ", pair.failures())).where(recipeFile)
                        .hint("`repro check " + recipeFile + "` shows its log");
            }
            var outputs = new ArrayList<Lock.ExpectedOutput>();
            for (var output : recipe.outputs()) {
                Path file = a.outputs().get(output.path());
                if (Files.mismatch(file, b.outputs().get(output.path())) >= 0) {
                    throw Problem.no("two builds do not agree on `" + output.path() + "`, so there is nothing to expect").where(recipeFile)
                            .hint("`repro check " + recipeFile + "` says why");
                }
                outputs.add(expected(output.path(), file));
            }
            return lock.expecting(outputs);
        } catch (IOException e) {
            throw Problem.storage("an output could not be read: " + Why.of(e)).because(e);
        }
    }

    /// Whether a lock says what outputs to expect, and these are they.
    ///
    /// @param outputs declared path to the file that was made
    static boolean holds(Lock lock, Map<String, Path> outputs) throws IOException {
        if (lock.expected() == null) {
            return false;
        }
        Map<String, Digest> expected = new HashMap<>();
        lock.expected().outputs().forEach(output -> expected.put(output.path(), output.sha256()));
        for (var output : outputs.entrySet()) {
            if (!Digest.of(output.getValue()).equals(expected.get(output.getKey()))) {
                return false;
            }
        }
        return true;
    }

    private static Lock.ExpectedOutput expected(String path, Path file) throws IOException {
        try (var arena = Arena.ofConfined()) {
            return expected(path, Mapped.of(file, arena));
        }
    }

    private static Lock.ExpectedOutput expected(String path, MemorySegment bytes) {
        var sections = new ArrayList<Lock.Section>();
        Digest manifest = null;
        try {
            var all = ElfFile.parse(bytes).sections();
            for (Section section : all.list()) {
                if (section.stored()) {
                    Digest digest = digest(all.bytes(section));
                    sections.add(new Lock.Section(section.name(), digest));
                    manifest = section.name().equals(Solo5.MANIFEST_SECTION) ? digest : manifest;
                }
            }
        } catch (MalformedElf e) {
            return new Lock.ExpectedOutput(path, bytes.byteSize(), digest(bytes), List.of(), null); // no ELF has no sections
        }
        return new Lock.ExpectedOutput(path, bytes.byteSize(), digest(bytes), sections, manifest);
    }

    private static Digest digest(MemorySegment bytes) {
        var sha256 = Digest.sha256();
        Mapped.feed(sha256, bytes);
        return Digest.of(sha256);
    }
}
