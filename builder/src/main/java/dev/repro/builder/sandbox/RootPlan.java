package dev.repro.builder.sandbox;

import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The file system of one build, as arguments of bwrap.
///
/// The root is a tmpfs that ends up read-only. A folder of the root file system is bound whole where it can be; it is *opened*,
/// that is made anew with each of its entries bound on its own, where a mount needs a place that it does not have. /etc is always
/// opened. Paths that pass a link of the root are followed here, inside the root, because mount(2) would follow them in the
/// host's.
final class RootPlan {
    private static final Set<String> OWN = Set.of("dev", "proc", "sys", "tmp", "run", "home", "root");
    private static final Set<String> HOST_TOP = Set.of("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc");
    private static final Set<String> HOST_ETC = Set.of("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives");
    private static final Set<String> WORLD_WRITABLE = Set.of("/tmp", "/var/tmp", "/dev/shm");
    private static final int MAX_LINKS = 40; // as the kernel's MAXSYMLINKS
    /// POSIX shared memory of a build: enough for semaphores and small pools, charged to its memory.
    private static final long SHM_BYTES = 64 << 20;

    private final Path base;
    private final boolean host;
    private final Path texts;
    private final List<String> out = new ArrayList<>();
    private final Set<String> opened = new HashSet<>();
    private final Set<String> replaced = new HashSet<>();

    private RootPlan(Root root, Path texts) {
        this.host = root instanceof Root.Host;
        this.base = switch (root) {
            case Root.Tree(var rootfs) -> rootfs.toAbsolutePath();
            case Root.Host() -> Path.of("/");
        };
        this.texts = texts;
    }

    /// @param texts an empty folder of the host, where the content of [Mount.Text] is put until the build has ended
    static List<String> arguments(SandboxSpec spec, Path texts) throws Problem, IOException {
        var plan = new RootPlan(spec.root(), texts);
        plan.compose(spec);
        return plan.out;
    }

    private void compose(SandboxSpec spec) throws Problem, IOException {
        if (!Files.isDirectory(base)) {
            throw Problem.environment("the root file system of the build is not there").where(base);
        }
        var mounts = places(spec.mounts());
        opened.add("");
        opened.add("/etc");
        mounts.forEach(this::makeRoom);
        place("");
        arguments("--proc", "/proc", "--dev", "/dev");
        tmpfs("/dev/shm", SHM_BYTES);
        if (mounts.keySet().stream().noneMatch("/tmp"::equals)) {
            tmpfs("/tmp", spec.limits().outputBytes());
        }
        for (var entry : mounts.entrySet()) {
            mount(entry.getKey(), entry.getValue());
        }
        arguments("--remount-ro", "/dev", "--remount-ro", "/");
    }

    /// The mounts by the place that they are made at, parents first.
    private LinkedHashMap<String, Mount> places(List<Mount> mounts) throws IOException, Problem {
        var sorted = new ArrayList<>(mounts);
        sorted.sort(Comparator.comparingInt(m -> m.target().split("/").length));
        var places = new LinkedHashMap<String, Mount>();
        for (Mount mount : sorted) {
            places.put(resolve(mount), mount);
        }
        return places;
    }

    /// Opens what must be opened, so that there can be something at `place`.
    private void makeRoom(String place, Mount mount) {
        if (!(mount instanceof Mount.Folder)) {
            replaced.add(place);
        }
        String parent = parent(place);
        for (String up = parent; !up.isEmpty(); up = parent(up)) {
            if (replaced.contains(up)) {
                return; // inside another mount
            }
        }
        Path there = base.resolve(place.substring(1));
        if (!exists(there) || Files.isSymbolicLink(there) || mount instanceof Mount.Link) {
            for (String up = parent; !up.isEmpty(); up = parent(up)) {
                opened.add(up);
            }
        }
    }

    private void place(String folder) throws IOException {
        if (!Files.isDirectory(base.resolve(folder.isEmpty() ? "" : folder.substring(1)))) {
            return;
        }
        for (String name : entries(folder)) {
            String path = folder + "/" + name;
            Path source = base.resolve(path.substring(1));
            if (!visible(path) || replaced.contains(path)) {
                continue;
            }
            if (Files.isSymbolicLink(source)) {
                arguments("--symlink", Files.readSymbolicLink(source).toString(), path);
            } else if (opened.contains(path) && Files.isDirectory(source)) {
                arguments("--dir", path);
                place(path);
            } else {
                arguments("--ro-bind", source.toString(), path);
            }
        }
    }

    private Set<String> entries(String folder) throws IOException {
        var names = new TreeSet<String>();
        try (var list = Files.newDirectoryStream(base.resolve(folder.isEmpty() ? "" : folder.substring(1)))) {
            list.forEach(p -> names.add(p.getFileName().toString()));
        }
        return names;
    }

    private void mount(String place, Mount mount) throws Problem, IOException {
        switch (mount) {
            case Mount.ReadOnly(var source, _) -> arguments("--ro-bind", existing(source), place);
            case Mount.Writable(var source, _) -> arguments("--bind", existing(source), place);
            case Mount.Tmpfs(_, var bytes) -> tmpfs(place, bytes);
            case Mount.Text(_, var content) -> arguments("--ro-bind", file(content), place);
            case Mount.Link(_, var to) -> arguments("--symlink", to, place);
            case Mount.Folder _ -> arguments("--dir", place);
        }
    }

    private void tmpfs(String place, long bytes) {
        arguments("--size", Long.toString(bytes), "--perms", WORLD_WRITABLE.contains(place) ? "1777" : "0755", "--tmpfs", place);
    }

    /// A file of the host rather than `--ro-bind-data`: a descriptor per text would be more than a plain `sh` can pass on.
    private String file(String content) throws IOException {
        Path file = Files.createTempFile(texts, "text", "");
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
        return file.toString();
    }

    private static String existing(Path source) throws Problem {
        if (!Files.exists(source)) {
            throw Problem.environment("what the build is to see is not there").where(source);
        }
        return source.toAbsolutePath().toString();
    }

    /// Where the target is when every link of the root on the way is followed. A link that *is* the target is followed too, so
    /// that a file over /bin/sh works, but not in /etc, where the mount takes its place, and not by a link.
    private String resolve(Mount mount) throws IOException, Problem {
        var rest = new ArrayDeque<>(parts(mount.target()));
        String done = "";
        int links = 0;
        while (!rest.isEmpty()) {
            String part = rest.pop();
            if (part.equals("..")) {
                done = parent(done);
                continue;
            }
            String path = done + "/" + part;
            Path source = base.resolve(path.substring(1));
            boolean last = rest.isEmpty() && (done.equals("/etc") || mount instanceof Mount.Link);
            if (last || !visible(path) || !Files.isSymbolicLink(source)) {
                done = path;
                continue;
            }
            if (++links > MAX_LINKS) {
                throw Problem.usage("the root has a loop of links on the way to `" + mount.target() + "`").where(base);
            }
            String to = Files.readSymbolicLink(source).toString();
            done = to.startsWith("/") ? "" : done;
            parts(to).reversed().forEach(rest::push);
        }
        return done;
    }

    private static List<String> parts(String path) {
        return Arrays.stream(path.split("/")).filter(p -> !p.isEmpty() && !p.equals(".")).toList();
    }

    /// Whether the build sees this entry of the root file system.
    private boolean visible(String path) {
        int second = path.indexOf('/', 1);
        String top = second < 0 ? path.substring(1) : path.substring(1, second);
        if (!host) {
            return !OWN.contains(top);
        }
        if (!top.equals("etc") || second < 0) {
            return HOST_TOP.contains(top);
        }
        return HOST_ETC.contains(parts(path).get(1));
    }

    private boolean exists(Path there) {
        return visible("/" + base.relativize(there)) && Files.exists(there, LinkOption.NOFOLLOW_LINKS);
    }

    private static String parent(String path) {
        return path.isEmpty() ? "" : path.substring(0, path.lastIndexOf('/'));
    }

    private void arguments(String... words) {
        out.addAll(List.of(words));
    }
}
