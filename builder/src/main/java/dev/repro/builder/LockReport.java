package dev.repro.builder;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.builder.recipe.Lock;
import dev.repro.builder.recipe.LockedSource;
import dev.repro.builder.toolchain.LockedPackage;
import dev.repro.builder.toolchain.Toolchain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What `repro lock` did: `repro.locked.v1`.
///
/// @param changes how the packages of the toolchain differ from those of the lock before
public record LockReport(String file, Digest identity, boolean changed, String source, String toolchain, List<String> changes) {

    static LockReport of(Path shown, Path file, Optional<Lock> old, Lock lock) throws Problem {
        var inputs = lock.inputs();
        var now = toolchain(lock);
        var locked = inputs.source();
        String source = String.format(Locale.ROOT, "%s, %,d files, %,d bytes, tree %s", switch (locked) {
            case LockedSource.Folder _ -> "folder";
            case LockedSource.Git git -> "git commit " + git.commit().substring(0, 7) + (git.describe() == null ? "" : ", " + git.describe());
        }, locked.files(), locked.bytes(), locked.sha256().brief());
        String words = switch (now) {
            case Toolchain.Debian debian -> debian.packages().size() + " packages of debian " + debian.suite();
            case Toolchain.Oci oci -> "OCI image sha256:" + oci.digest().brief();
            case Toolchain.Host host -> "this host, not pinned: " + host.packages().size() + " packages recorded";
        };
        var changes = old.isPresent() ? changes(toolchain(old.get()), now) : List.<String>of();
        boolean changed = old.isEmpty() || !java.util.Arrays.equals(old.get().toBytes(), lock.toBytes());
        return new LockReport(shown.resolve(file.getFileName()).toString(), lock.identity(), changed, source, words, changes);
    }

    private static Toolchain toolchain(Lock lock) throws Problem {
        return Toolchain.fromJson(Fields.of(lock.inputs().toolchain(), "the lock", "$.inputs.toolchain"));
    }

    /// How the toolchain of a project differs from that of the lock file beside its recipe; empty where there is no lock to compare with.
    static List<String> changes(Project project) throws Problem {
        var old = Locker.old(project.recipeFile());
        return old.isPresent() ? changes(toolchain(old.get()), project.toolchain()) : List.of();
    }

    /// One line a package that came, went or has another version.
    static List<String> changes(Toolchain before, Toolchain now) {
        if (!(before instanceof Toolchain.Debian a) || !(now instanceof Toolchain.Debian b)) {
            return List.of();
        }
        Map<String, String> versions = new TreeMap<>();
        a.packages().forEach(p -> versions.put(p.name(), p.version()));
        var out = new ArrayList<String>();
        for (LockedPackage p : b.packages()) {
            String old = versions.remove(p.name());
            if (old == null) {
                out.add(p.name() + " " + p.version() + " added");
            } else if (!old.equals(p.version())) {
                out.add(p.name() + " " + old + " → " + p.version());
            }
        }
        versions.forEach((name, version) -> out.add(name + " " + version + " removed"));
        return out;
    }

    public List<String> lines() {
        var out = new ArrayList<String>();
        out.add(CheckReport.row("source", source));
        out.add(CheckReport.row("toolchain", toolchain));
        changes.forEach(change -> out.add(CheckReport.row("", change)));
        out.add(CheckReport.row("lock", file + (changed ? ", written" : ", unchanged") + ", identity " + identity.brief()));
        return out;
    }

    public Json.Obj toJson() {
        return Json.object("schema", "repro.locked.v1", "lock", file, "identity", identity, "changed", changed, "package_changes", changes);
    }
}
