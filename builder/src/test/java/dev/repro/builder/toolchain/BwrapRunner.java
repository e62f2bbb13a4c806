package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Runs programs of a root by bubblewrap, as simply as can be.
final class BwrapRunner implements Runner {
    private static final Set<String> OWN = Set.of("proc", "dev", "tmp", "sys");

    static boolean works() {
        try {
            return new BwrapRunner().run(null, List.of("/usr/bin/true"), null).exitCode() == 0;
        } catch (Problem | InterruptedException e) {
            return false;
        }
    }

    @Override
    public Output run(Path tree, List<String> argv, Path writable) throws Problem, InterruptedException {
        var line = new ArrayList<>(List.of("bwrap", "--unshare-all", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"));
        if (tree == null) {
            line.addAll(List.of("--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib",
                    "--symlink", "usr/lib64", "/lib64"));
        } else {
            line.addAll(parts(tree));
        }
        if (writable != null) {
            line.addAll(List.of("--bind", writable.toString(), WRITABLE, "--chdir", WRITABLE));
        }
        line.addAll(argv);
        var run = Command.run(line, Map.of("PATH", "/usr/bin:/bin"), Duration.ofMinutes(1));
        return new Output(run.exitCode(), run.out() + run.err());
    }

    private static List<String> parts(Path tree) {
        var out = new ArrayList<String>();
        try {
            for (Path child : Trees.children(tree)) {
                String name = child.getFileName().toString();
                if (Files.isSymbolicLink(child)) {
                    out.addAll(List.of("--symlink", Files.readSymbolicLink(child).toString(), "/" + name));
                } else if (!OWN.contains(name)) {
                    out.addAll(List.of("--ro-bind", child.toString(), "/" + name));
                }
            }
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
