import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Whole processes against their peers, in one run, as ratios. Run from the root of a checkout, after `./repro check examples/hello`:
///
///     java tests/bench/Bench.java [ROUNDS]
///
/// Prints the rows of docs/benchmarks.md. Rounds of a pair alternate, so that what else the machine does hits both alike.
final class Bench {
    private static final Path HOME = Path.of("").toAbsolutePath();
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 15;
        System.out.println("| what | ms (median of " + rounds + ") | peer | ms | ratio | difference, ms |");
        System.out.println("|---|---|---|---|---|---|");
        pair("`./repro --version`", () -> run("./repro", "--version"), "`java -version`", () -> run(JAVA.toString(), "-version"), rounds);
        Path root = newest(cache().resolve("rootfs"));
        pair("`./repro check examples/hello/hello.hvt`, warm", () -> run("./repro", "check", "-q", "examples/hello/hello.hvt"),
                "two `make` at once in two bwrap over the same rootfs", () -> twoByHand(root), rounds);
        firstToolchain(Math.max(1, rounds / 5));
    }

    interface Work {
        void run() throws Exception;
    }

    private static void pair(String what, Work ours, String peer, Work theirs, int rounds) throws Exception {
        ours.run();
        theirs.run();
        double[] a = new double[rounds];
        double[] b = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            a[i] = milliseconds(ours);
            b[i] = milliseconds(theirs);
        }
        System.out.printf(Locale.ROOT, "| %s | %.0f | %s | %.0f | %.2f | %+.0f |%n", what, median(a), peer, median(b), median(a) / median(b), median(a) - median(b));
    }

    /// The first check with the packages fetched already: unpacking, locale, both builds; with a heap of at most 300 MB.
    private static void firstToolchain(int rounds) throws Exception {
        double[] times = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            Path fresh = Files.createTempDirectory("repro-bench");
            Path blobs = Files.createDirectories(fresh.resolve("repro/blobs"));
            run("cp", "-a", cache().resolve("blobs").toString() + "/.", blobs.toString());
            times[i] = milliseconds(() -> run(Map.of("XDG_CACHE_HOME", fresh.toString()), JAVA.toString(), "-Xmx300m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                    "-cp", HOME.resolve("cli/target/lib") + "/*", "dev.repro.cli.Main", "check", "-q", "examples/hello/hello.hvt"));
            run("rm", "-rf", fresh.toString());
        }
        System.out.printf(Locale.ROOT, "| first check after the download, heap of 300 MB | %.0f | | | | |%n", median(times));
    }

    /// What a person would type: the same source, the same toolchain, two sandboxes at once.
    private static void twoByHand(Path root) throws Exception {
        var both = new ArrayList<Process>();
        for (int i = 0; i < 2; i++) {
            both.add(new ProcessBuilder("bwrap", "--unshare-all", "--ro-bind", root.resolve("usr").toString(), "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib",
                    "--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/build", "--ro-bind",
                    HOME.resolve("examples/hello").toString(), "/source", "--chdir", "/build", "sh", "-c", "cp /source/*.[chS] /source/image.ld /source/Makefile . && make")
                    .redirectErrorStream(true).redirectOutput(new File("/dev/null")).start());
        }
        for (Process process : both) {
            if (process.waitFor() != 0) {
                throw new IllegalStateException("the peer failed");
            }
        }
    }

    private static void run(String... command) throws Exception {
        run(Map.of(), command);
    }

    private static void run(Map<String, String> env, String... command) throws Exception {
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(new File("/dev/null"));
        builder.environment().putAll(env);
        if (builder.start().waitFor() != 0) {
            throw new IllegalStateException("failed: " + List.of(command));
        }
    }

    private static double milliseconds(Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e6;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static Path cache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        return xdg == null || xdg.isEmpty() ? Path.of(System.getenv("HOME"), ".cache/repro") : Path.of(xdg, "repro");
    }

    private static Path newest(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(f -> Files.isDirectory(f.resolve("usr"))).max(Comparator.comparing(f -> f.toFile().lastModified()))
                    .orElseThrow(() -> new IllegalStateException("no toolchain yet: ./repro check examples/hello"));
        }
    }
}
