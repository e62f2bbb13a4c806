package dev.repro.builder.toolchain;

import dev.repro.base.Digest;
import dev.repro.base.Durable;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.builder.files.FolderLock;
import dev.repro.builder.files.Trees;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Root folders of toolchains below `CACHE/rootfs/<digest>`, made once and then only read. The digest is that of all that
/// makes them: packages or layers, locales, and the version of this code's layout.
///
/// A folder is made beside its place, forced to the disk and renamed: what is there is whole, after a crash too. Of two
/// processes the second waits and takes what the first made.
final class Rootfs {

    /// Goes up whenever this code makes another tree of the same packages.
    private static final int LAYOUT = 1;

    /// 1980-01-01T00:00:00Z, the oldest time that every archive format can tell.
    private static final FileTime TIME = FileTime.fromMillis(315_532_800_000L);

    private final Path folder;
    private final BlobCache blobs;
    private final Map<String, String> env;
    private final Runner runner;

    /// @param runner null: no locale is made
    Rootfs(Path cache, BlobCache blobs, Map<String, String> env, Runner runner) {
        this.folder = cache.toAbsolutePath().resolve("rootfs");
        this.blobs = blobs;
        this.env = env;
        this.runner = runner;
    }

    /// Fills an empty folder.
    @FunctionalInterface
    private interface Maker {
        /// @param tree becomes the root
        /// @param work for files on the way; deleted afterwards
        void make(Path tree, Path work) throws Problem, InterruptedException;
    }

    Path debian(Toolchain.Debian debian, Consumer<String> progress) throws Problem, InterruptedException {
        boolean locale = runner != null && Locales.canMake(debian.packages());
        var packages = debian.packages();
        Digest digest = digest(Json.object("layout", LAYOUT, "kind", "debian",
                "packages", packages.stream().map(p -> p.sha256().hex()).sorted().toList(),
                "locales", locale ? List.of(Locales.MADE) : List.of()));
        return made(digest, (tree, work) -> {
            fetch(packages, progress);
            progress.accept("unpacking " + packages.size() + " packages");
            new DebianRoot(packages, blobs).build(tree, work);
            if (locale) {
                progress.accept("making locale " + Locales.MADE);
                var writer = new TreeWriter(tree, Clash.KEEP, "localedef");
                Locales.make(tree, newFolder(work.resolve("locale")), runner, writer);
            }
        });
    }

    Path oci(Digest image, Path layout, Consumer<String> progress) throws Problem, InterruptedException {
        return made(digest(Json.object("layout", LAYOUT, "kind", "oci", "image", image)), (tree, _) -> {
            if (layout == null) {
                throw Problem.usage("the OCI image " + image.brief() + " is not in the cache, and no layout was given");
            }
            OciImage.open(layout, image).unpack(tree, progress);
        });
    }

    private void fetch(List<LockedPackage> packages, Consumer<String> progress) throws Problem, InterruptedException {
        var missing = packages.stream().filter(p -> !blobs.has(p.sha256())).toList();
        if (missing.isEmpty()) {
            return;
        }
        var apt = AptMachine.read(env).map(AptMachine::sources).orElse(List.of());
        var mirrors = Mirrors.of(apt, UserConfig.read(env));
        var wanted = new ArrayList<Blob>();
        for (LockedPackage one : missing) {
            wanted.add(mirrors.blob(one));
        }
        blobs.fetch(wanted, BlobCache.Kind.PACKAGES, progress);
    }

    private Path made(Digest digest, Maker maker) throws Problem, InterruptedException {
        Path target = folder.resolve(digest.hex());
        if (Files.isDirectory(target)) {
            return target;
        }
        try (var _ = FolderLock.on(target)) {
            if (!Files.isDirectory(target)) {
                make(target, maker);
            }
            return target;
        } catch (IOException e) {
            throw Why.storage("cannot write the toolchain", target, e);
        }
    }

    private void make(Path target, Maker maker) throws IOException, Problem, InterruptedException {
        Path making = folder.resolve("." + target.getFileName() + ".new"); // one at a time: the lock is held
        Trees.delete(making);
        try {
            Path tree = newFolder(Files.createDirectory(making).resolve("root"));
            maker.make(tree, newFolder(making.resolve("work")));
            Trees.setTimes(tree, TIME);
            force(tree);
            Durable.move(tree, target);
        } finally {
            Trees.delete(making);
        }
    }

    private static Path newFolder(Path path) throws Problem {
        try {
            Files.createDirectory(path);
            return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw Why.storage("cannot make a folder", path, e);
        }
    }

    /// Forces the whole file system: one call instead of one for each of ten thousand files.
    private void force(Path tree) throws Problem, InterruptedException {
        var run = Command.run(List.of("sync", "-f", tree.toString()), env, Duration.ofMinutes(10));
        if (run.exitCode() != 0) {
            throw Problem.storage("cannot force the toolchain to the disk").where(tree).found(run.err().strip());
        }
    }

    private static Digest digest(Json content) {
        return Digest.of(JsonText.canonical(content));
    }
}
