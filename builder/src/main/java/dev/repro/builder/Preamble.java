package dev.repro.builder;

import dev.repro.builder.recipe.LockedSource;
import dev.repro.builder.toolchain.Toolchain;
import dev.repro.builder.vary.Profile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The first lines of an answer: source, toolchain, builds.
final class Preamble {

    private Preamble() {}

    static List<String> lines(int column, Project project, Profile profile, Pair pair) {
        var out = new ArrayList<String>();
        out.add(CheckReport.row(column, "source", source(project)));
        out.add(CheckReport.row(column, "toolchain", toolchain(project)));
        out.add(CheckReport.row(column, "build A, B", String.format(Locale.ROOT, "%s, %s side by side, %d of %d variations%s%s", seconds(pair.a().run().wall()), seconds(pair.b().run().wall()),
                profile.count(Profile.State.APPLIED), profile.variations().size(), missing("not here: ", profile.names(Profile.State.UNAVAILABLE)),
                missing("skipped by the recipe: ", profile.names(Profile.State.SKIPPED)))));
        return out;
    }

    static String source(Project project) {
        return switch (project.lock().inputs().source()) {
            case LockedSource.Git git -> git.url() + ", commit " + git.commit().substring(0, 7) + (git.describe() == null ? "" : ", " + git.describe());
            case LockedSource.Folder _ -> {
                var tree = project.workTree();
                String git = tree == null ? ", not in git" : tree.commit() == null ? ", git without a commit"
                        : ", git " + tree.commit().substring(0, 7) + (tree.dirt().isEmpty() ? ", clean" : ", dirty: " + String.join(", ", tree.dirt().subList(0, Math.min(3, tree.dirt().size()))));
                yield near(project.recipeFile()) + git;
            }
        };
    }

    /// The folder of a recipe, as short as it can be said from here.
    private static String near(Path recipeFile) {
        Path folder = recipeFile.toAbsolutePath().normalize().getParent();
        Path here = Path.of("").toAbsolutePath();
        return folder.equals(here) ? "this folder" : folder.startsWith(here) ? here.relativize(folder).toString() : folder.toString();
    }

    static String toolchain(Project project) {
        return switch (project.toolchain()) {
            case Toolchain.Debian debian -> debian.packages().size() + " packages of debian " + debian.suite() + ", locked";
            case Toolchain.Oci oci -> "OCI image sha256:" + oci.digest().brief() + ", locked";
            case Toolchain.Host _ -> "this host, not pinned";
        };
    }

    static String seconds(Duration wall) {
        return String.format(Locale.ROOT, "%.1f s", wall.toMillis() / 1000.0);
    }

    private static String missing(String what, String names) {
        return names.isEmpty() ? "" : " (" + what + names + ")";
    }
}
