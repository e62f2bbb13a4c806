package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The locales of a root: those that are there, and the one that is made for the variation `locale`.
final class Locales {

    /// Estonian sorts `z` before `t` and is in no default of anything.
    static final String MADE = "et_EE.UTF-8";

    private static final String FOLDER = "usr/lib/locale";

    private Locales() {}

    /// Whether [#make] can make [#MADE] from these packages.
    static boolean canMake(List<LockedPackage> packages) {
        var names = packages.stream().map(LockedPackage::name).toList();
        return names.contains("locales") && names.contains("libc-bin") && names.contains("gzip");
    }

    /// Compiles [#MADE] with the `localedef` of the root into a folder of its own below `usr/lib/locale`.
    ///
    /// @param work an empty folder on the same file system
    static void make(Path tree, Path work, Runner runner, TreeWriter writer) throws Problem, InterruptedException {
        var argv = List.of("/usr/bin/localedef", "-i", "et_EE", "-f", "UTF-8", Runner.WRITABLE + "/et_EE.utf8");
        var output = runner.run(tree, argv, work);
        Path made = work.resolve("et_EE.utf8");
        if (output.exitCode() != 0 || !Files.isDirectory(made)) {
            throw Problem.environment("localedef of the toolchain failed").expected("locale " + MADE)
                    .found(output.text().lines().findFirst().orElse("exit code " + output.exitCode()));
        }
        writer.folder("usr/lib/locale", 0755);
        writer.delete("usr/lib/locale/et_EE.utf8");
        writer.adoptFolder("usr/lib/locale/et_EE.utf8", made);
    }

    /// The compiled locales of a root, sorted. Of an archive of locales (`locale-archive`) nothing is said.
    static List<String> of(Path tree) throws Problem {
        Path folder = new InRoot(tree).find(FOLDER).filter(Files::isDirectory).orElse(null);
        var out = new ArrayList<String>();
        try {
            for (Path child : folder == null ? List.<Path>of() : Trees.children(folder)) {
                if (Files.isRegularFile(child.resolve("LC_CTYPE"))) {
                    out.add(usual(child.getFileName().toString()));
                }
            }
            return out.stream().distinct().sorted().toList();
        } catch (IOException e) {
            throw Why.storage("cannot read the locales", folder, e);
        }
    }

    /// `et_EE.utf8`, as the C library writes it, is `et_EE.UTF-8`, as people do.
    static String usual(String name) {
        return name.endsWith(".utf8") ? name.substring(0, name.length() - 4) + "UTF-8" : name;
    }
}
