package dev.repro.builder;

import dev.repro.base.Durable;
import dev.repro.base.Fields;
import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import dev.repro.builder.recipe.Lock;
import dev.repro.builder.recipe.Recipe;
import dev.repro.builder.source.Source;
import dev.repro.builder.source.Sources;
import dev.repro.builder.toolchain.Toolchain;
import dev.repro.builder.toolchain.ToolchainRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// `repro lock`: resolves a recipe.
public final class Locker {
    private final Workshop workshop;

    /// @param update resolve the toolchain anew even if the lock holds one for the same request
    /// @param expected build twice and record what comes out
    public record Options(boolean update, boolean allowDirty, boolean expected) {}

    public Locker(Workshop workshop) {
        this.workshop = workshop;
    }

    /// @param shown the target as the user gave it
    public LockReport lock(Path target, Path shown, Options options) throws Problem, InterruptedException {
        Path recipeFile = Aim.recipeOf(target);
        Recipe recipe = Recipe.read(recipeFile);
        Optional<Lock> old = old(recipeFile);
        Lock lock = resolve(recipeFile, recipe, options.update() ? Optional.empty() : old, options.allowDirty());
        if (options.expected()) {
            lock = new Expectation(workshop).of(recipeFile, recipe, lock, options.allowDirty());
        } else if (old.isPresent() && old.get().expected() != null && old.get().identity().equals(lock.identity())) {
            lock = new Lock(lock.inputs(), old.get().expected());
        }
        Path file = Project.lockFile(recipeFile);
        try {
            Durable.write(file, lock.toBytes());
        } catch (IOException e) {
            throw Problem.storage("the lock cannot be written: " + Why.of(e)).where(file).because(e);
        }
        return LockReport.of(shown, file, old, lock);
    }

    /// A project with its toolchain resolved anew, which expects the outputs that its lock expected; nothing is written.
    Project relocked(Path recipeFile, Recipe recipe, boolean allowDirty) throws Problem, InterruptedException {
        var expected = old(recipeFile).map(Lock::expected).orElse(null);
        var inputs = resolve(recipeFile, recipe, Optional.empty(), allowDirty).inputs();
        return Project.open(workshop, recipeFile, recipe, new Lock(inputs, expected), allowDirty);
    }

    /// The lock that is there, if it can be read: a lock that cannot be is replaced, that is what locking is for.
    static Optional<Lock> old(Path recipeFile) throws Problem {
        if (!Files.exists(Project.lockFile(recipeFile))) {
            return Optional.empty();
        }
        try {
            return Optional.of(Project.readLock(recipeFile));
        } catch (Problem e) {
            if (e.exit() == Problem.Exit.USAGE) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Lock resolve(Path recipeFile, Recipe recipe, Optional<Lock> old, boolean allowDirty) throws Problem, InterruptedException {
        if (recipe.source() instanceof Recipe.Source.Git git) {
            workshop.progress().accept("fetching " + git.url() + " with its history, which describes the commit");
        }
        try (Source source = Sources.resolve(recipeFile, recipe, workshop.cache().resolve("git"), allowDirty)) {
            return Lock.of(recipe, source.state(), toolchain(recipeFile, recipe, old).toJson(), sizes(recipe));
        }
    }

    private Toolchain toolchain(Path recipeFile, Recipe recipe, Optional<Lock> old) throws Problem, InterruptedException {
        if (old.isPresent()) {
            var locked = Toolchain.fromJson(Fields.of(old.get().inputs().toolchain(), "the lock", "$.inputs.toolchain"));
            if (answers(locked, recipe.toolchain())) {
                return locked;
            }
        }
        return workshop.toolchains().resolve(switch (recipe.toolchain()) {
            case Recipe.Toolchain.Debian debian -> new ToolchainRequest.Debian(debian.suite(), debian.packages());
            case Recipe.Toolchain.Oci oci -> new ToolchainRequest.Oci(Project.layout(recipeFile, recipe), oci.digest());
            case Recipe.Toolchain.Host _ -> new ToolchainRequest.Host();
        }, workshop.progress());
    }

    /// Whether a locked toolchain is what the recipe still asks for. A host is looked at anew each time.
    private static boolean answers(Toolchain locked, Recipe.Toolchain asked) {
        return switch (asked) {
            case Recipe.Toolchain.Debian debian -> locked instanceof Toolchain.Debian l && l.suite().equals(debian.suite()) && l.requested().equals(debian.packages());
            case Recipe.Toolchain.Oci oci -> locked instanceof Toolchain.Oci l && l.digest().equals(oci.digest());
            case Recipe.Toolchain.Host _ -> false;
        };
    }

    private Map<String, Long> sizes(Recipe recipe) throws Problem, InterruptedException {
        var out = new HashMap<String, Long>();
        for (Recipe.Fetch file : recipe.files()) {
            var urls = file.urls().stream().map(URI::create).toList();
            Path fetched = workshop.toolchains().blobs().fetch(file.sha256(), -1, urls, workshop.progress());
            try {
                out.put(file.path(), Files.size(fetched));
            } catch (IOException e) {
                throw Problem.storage("a fetched file cannot be read: " + Why.of(e)).where(fetched).because(e);
            }
        }
        return out;
    }
}
