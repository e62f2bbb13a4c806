package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.tukaani.xz.ArrayCache;
import org.tukaani.xz.BasicArrayCache;

/// Makes a root folder of Debian packages, without root and without running their scripts.
///
/// Each package is unpacked into a folder of its own, several at once, for decoding is what takes time; then they are moved
/// into the root one after the other, sorted by name, so that of two packages with the same file always the same one wins.
final class DebianRoot {

    /// A decoder may need 65 MiB; three of them leave room in a heap of 300 MB.
    private static final int MAX_AT_ONCE = 3;

    private final List<LockedPackage> packages;
    private final BlobCache blobs;

    /// @param packages sorted by name, all in the cache
    DebianRoot(List<LockedPackage> packages, BlobCache blobs) {
        this.packages = packages;
        this.blobs = blobs;
    }

    /// @param tree an empty folder that becomes the root
    /// @param work an empty folder on the same file system
    void build(Path tree, Path work) throws Problem, InterruptedException {
        try {
            mergedUsr(tree);
            var scripts = unpack(work);
            var root = new TreeWriter(tree, Clash.KEEP, "packages of the toolchain");
            var alternatives = new Alternatives();
            for (LockedPackage one : packages) {
                Merge.into(root, work.resolve(one.name()));
                alternatives.read(scripts.get(one.name()));
            }
            var inRoot = new InRoot(tree);
            alternatives.link(root, inRoot);
            shell(root, inRoot);
        } catch (IOException e) {
            throw Why.storage("cannot write the toolchain", tree, e);
        }
    }

    /// As every Debian since bookworm: `/bin` and the like are links to folders of `/usr`.
    private static void mergedUsr(Path tree) throws IOException {
        for (String name : List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32")) {
            Files.createDirectories(tree.resolve("usr").resolve(name));
            Files.createSymbolicLink(tree.resolve(name), Path.of("usr", name));
        }
    }

    /// From the name of each package to its `postinst`.
    private Map<String, String> unpack(Path work) throws Problem, InterruptedException {
        var arrays = new BasicArrayCache();
        var largestFirst = packages.stream().sorted(Comparator.comparingLong(LockedPackage::size).reversed()).toList();
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MAX_AT_ONCE);
        try (var tasks = Executors.newFixedThreadPool(threads)) {
            var futures = new ArrayList<Future<String>>();
            for (LockedPackage one : largestFirst) {
                futures.add(tasks.submit(() -> unpack(one, work.resolve(one.name()), arrays)));
            }
            try {
                var scripts = new HashMap<String, String>();
                for (int i = 0; i < futures.size(); i++) {
                    scripts.put(largestFirst.get(i).name(), futures.get(i).get());
                }
                return scripts;
            } catch (ExecutionException e) {
                throw problem(e.getCause());
            } finally {
                tasks.shutdownNow();
            }
        }
    }

    private static Problem problem(Throwable cause) {
        return switch (cause) {
            case Problem p -> p;
            case IOException e -> Problem.storage("cannot unpack the packages").found(Why.of(e)).because(e);
            default -> throw new IllegalStateException("unpacking failed in an unforeseen way", cause);
        };
    }

    private String unpack(LockedPackage one, Path folder, ArrayCache arrays) throws Problem, IOException {
        Path file = blobs.checked(one.sha256(), "package " + one);
        Files.createDirectory(folder);
        return new Deb(file, one.toString(), arrays).unpack(new TreeWriter(folder, Clash.KEEP, "package " + one));
    }

    /// `/bin/sh` is made by the script of dash, and by nothing where there is bash alone.
    private static void shell(TreeWriter root, InRoot inRoot) throws Problem {
        for (String shell : List.of("dash", "bash")) {
            if (inRoot.find("usr/bin/sh").isEmpty() && inRoot.find("usr/bin/" + shell).isPresent()) {
                root.symlink("usr/bin/sh", shell);
            }
        }
    }
}
