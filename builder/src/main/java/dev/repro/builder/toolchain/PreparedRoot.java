package dev.repro.builder.toolchain;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A toolchain that is ready to be the root of a sandbox.
///
/// @param tree the root folder; null: this host's own root, of which a sandbox shows `/usr`
/// @param locales what programs may set as `LC_ALL` besides `C`, as in `et_EE.UTF-8`; sorted
/// @param libfaketime of `libfaketime.so.1`, an absolute path inside the root; null where it is not there
public record PreparedRoot(Path tree, List<String> locales, String libfaketime) {
    private static final List<String> PROGRAMS = List.of("usr/local/bin", "usr/bin", "bin", "usr/local/sbin", "usr/sbin", "sbin");

    public PreparedRoot {
        locales = List.copyOf(locales);
    }

    public boolean isHost() {
        return tree == null;
    }

    /// The program of that name, in the order of a usual `PATH`: its path inside the root, links not followed.
    public Optional<String> program(String name) {
        return PROGRAMS.stream().map(folder -> "/" + folder + "/" + name).filter(this::isExecutable).findFirst();
    }

    /// Whether a program of that name is there: `bash`, `dash`, `faketime` …
    public boolean has(String program) {
        return program(program).isPresent();
    }

    /// The file on this machine that an absolute path inside the root means, links followed as inside.
    public Optional<Path> file(String pathInside) {
        return new InRoot(folder()).find(pathInside);
    }

    /// The path inside the root of a file that [#file] gave.
    public String inside(Path file) {
        return "/" + folder().relativize(file);
    }

    private boolean isExecutable(String path) {
        return file(path).filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS) && Files.isExecutable(f)).isPresent();
    }

    private Path folder() {
        return tree == null ? Path.of("/") : tree;
    }
}
