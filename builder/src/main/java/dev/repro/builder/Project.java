package dev.repro.builder;

import dev.repro.base.Durable;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import dev.repro.builder.recipe.Lock;
import dev.repro.builder.recipe.LockedSource;
import dev.repro.builder.recipe.Recipe;
import dev.repro.builder.source.Source;
import dev.repro.builder.source.SourceTree;
import dev.repro.builder.source.Sources;
import dev.repro.builder.toolchain.PreparedRoot;
import dev.repro.builder.toolchain.Toolchain;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.Map;
import java.util.TreeMap;

/// A recipe with its lock, its source and its toolchain, checked against each other and ready to be built.
final class Project implements AutoCloseable {
    private final Path recipeFile;
    private final Recipe recipe;
    private final Lock lock;
    private final Source source;
    private final SourceTree tree;
    private final Toolchain toolchain;
    private final PreparedRoot root;

    private Project(Path recipeFile, Recipe recipe, Lock lock, Source source, SourceTree tree, Toolchain toolchain, PreparedRoot root) {
        this.recipeFile = recipeFile;
        this.recipe = recipe;
        this.lock = lock;
        this.source = source;
        this.tree = tree;
        this.toolchain = toolchain;
        this.root = root;
    }

    /// `repro.lock` beside a recipe.
    static Path lockFile(Path recipeFile) {
        return recipeFile.resolveSibling("repro.lock");
    }

    static Lock readLock(Path recipeFile) throws Problem {
        Path file = lockFile(recipeFile);
        try {
            return Lock.parse(Files.readAllBytes(file), file.toString());
        } catch (Problem e) {
            throw e.hint() == null ? e.hint("a lock is written by `repro lock`, not by hand: run it, or take the lock that was committed") : e;
        } catch (NoSuchFileException e) {
            throw Problem.usage("the recipe has no lock").where(file).hint("run `repro lock " + recipeFile + "`").because(e);
        } catch (IOException e) {
            throw Problem.storage("the lock cannot be read: " + Why.of(e)).where(file).because(e);
        }
    }

    private interface Reading {
        Source of(LockedSource locked) throws Problem, InterruptedException;
    }

    /// Opens what the lock pins. A folder of source is read at the same time as the lock: neither needs the other.
    static Project open(Workshop workshop, Path recipeFile, Recipe recipe, boolean allowDirty) throws Problem, InterruptedException {
        Path git = workshop.cache().resolve("git");
        if (!(recipe.source() instanceof Recipe.Source.Folder)) {
            return open(workshop, recipeFile, recipe, readLock(recipeFile), allowDirty);
        }
        var folder = new FutureTask<>(() -> Sources.resolve(recipeFile, recipe, git, allowDirty));
        Thread.ofPlatform().daemon().name("source").start(folder);
        return open(workshop, recipeFile, recipe, readLock(recipeFile),
                locked -> locked instanceof LockedSource.Folder ? got(folder) : Sources.locked(recipeFile, recipe, locked, git, allowDirty));
    }

    private static Source got(FutureTask<Source> reading) throws Problem, InterruptedException {
        try {
            return reading.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Problem problem -> throw problem;
                case RuntimeException bug -> throw bug;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /// Opens what that lock pins, wherever it comes from.
    static Project open(Workshop workshop, Path recipeFile, Recipe recipe, Lock lock, boolean allowDirty) throws Problem, InterruptedException {
        return open(workshop, recipeFile, recipe, lock,
                locked -> Sources.locked(recipeFile, recipe, locked, workshop.cache().resolve("git"), allowDirty));
    }

    private static Project open(Workshop workshop, Path recipeFile, Recipe recipe, Lock lock, Reading reading) throws Problem, InterruptedException {
        Path lockFile = lockFile(recipeFile);
        refuse(lock.disagreements(recipe), lockFile);
        if (lock.inputs().source() instanceof LockedSource.Git git) {
            workshop.progress().accept("reading commit " + git.commit().substring(0, 7) + " of " + git.url());
        }
        Source source = reading.of(lock.inputs().source());
        try {
            refuse(lock.disagreements(recipe, source.state()), lockFile);
            Toolchain toolchain = Toolchain.fromJson(Fields.of(lock.inputs().toolchain(), lockFile.toString(), "$.inputs.toolchain"));
            workshop.sandbox(); // without one, nothing is fetched
            PreparedRoot root = workshop.toolchains().prepare(toolchain, layout(recipeFile, recipe), workshop.progress());
            return new Project(recipeFile, recipe, lock, source, withFiles(workshop, lock, source.tree()), toolchain, root);
        } catch (Problem | InterruptedException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private static void refuse(java.util.List<String> disagreements, Path lockFile) throws Problem {
        if (!disagreements.isEmpty()) {
            throw Lock.disagrees(disagreements, lockFile.toString());
        }
    }

    /// The OCI image layout that the recipe names, or null.
    static Path layout(Path recipeFile, Recipe recipe) {
        return recipe.toolchain() instanceof Recipe.Toolchain.Oci oci ? recipeFile.toAbsolutePath().getParent().resolve(oci.folder()) : null;
    }

    private static SourceTree withFiles(Workshop workshop, Lock lock, SourceTree tree) throws Problem, InterruptedException {
        SourceTree out = tree;
        for (Lock.LockedFile file : lock.inputs().files()) {
            var urls = file.urls().stream().map(URI::create).toList();
            out = out.with(file.path(), file.sha256(), workshop.toolchains().blobs().fetch(file.sha256(), file.size(), urls, workshop.progress()));
        }
        return out;
    }

    /// Writes this project's lock.
    ///
    /// @param expected with the outputs that it expects
    void writeLock(boolean expected) throws Problem {
        try {
            Durable.write(lockFile(recipeFile), (expected ? lock : new Lock(lock.inputs(), null)).toBytes());
        } catch (IOException e) {
            throw Problem.storage("the lock cannot be written: " + Why.of(e)).where(lockFile(recipeFile)).because(e);
        }
    }

    Path recipeFile() {
        return recipeFile;
    }

    Recipe recipe() {
        return recipe;
    }

    Lock lock() {
        return lock;
    }

    SourceTree tree() {
        return tree;
    }

    Toolchain toolchain() {
        return toolchain;
    }

    PreparedRoot root() {
        return root;
    }

    long sourceDateEpoch() {
        return lock.inputs().build().sourceDateEpoch();
    }

    /// What the build is told of a git source.
    Map<String, String> sourceEnvironment() {
        var out = new TreeMap<String, String>();
        if (lock.inputs().source() instanceof LockedSource.Git git) {
            out.put("REPRO_SOURCE_COMMIT", git.commit());
            if (git.describe() != null) {
                out.put("REPRO_SOURCE_DESCRIBE", git.describe());
            }
        }
        return out;
    }

    /// The commit around a source folder and whether the folder differs from it; null outside git.
    Source.WorkTree workTree() {
        return source.workTree();
    }

    Json gitState() {
        var workTree = source.workTree();
        return workTree == null ? new Json.Null() : Json.object("commit", workTree.commit(), "tree", workTree.tree(), "clean", workTree.dirt().isEmpty());
    }

    @Override
    public void close() {
        source.close();
    }
}
