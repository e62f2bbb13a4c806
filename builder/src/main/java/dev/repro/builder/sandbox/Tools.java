package dev.repro.builder.sandbox;

import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The programs of the host that make a sandbox: bwrap, and of util-linux what is there.
///
/// @param version of bwrap: three numbers
/// @param setpriv each of the rest is empty if it is missing
record Tools(Path bwrap, List<Integer> version, Optional<Path> setpriv, Optional<Path> prlimit, Optional<Path> taskset,
        Optional<Path> setarch, Optional<Path> setsid) {

    /// `--size` and `--json-status-fd` both.
    private static final List<Integer> OLDEST = List.of(0, 7, 0);
    private static final List<Integer> DISABLE_USERNS = List.of(0, 8, 0);

    /// @param env of this process: `PATH`, and `REPRO_BWRAP` for another bwrap
    static Tools find(Map<String, String> env) throws Problem, InterruptedException {
        String override = env.getOrDefault("REPRO_BWRAP", "");
        Optional<Path> bwrap = override.isEmpty() ? onPath(env, "bwrap") : Optional.of(Path.of(override));
        if (bwrap.isEmpty() || !Files.isExecutable(bwrap.get())) {
            throw Problem.environment("bubblewrap is not installed").hint("apt-get install bubblewrap");
        }
        Path path = bwrap.get().toAbsolutePath();
        List<Integer> version = version(output(path));
        if (compare(version, OLDEST) < 0) {
            throw Problem.environment("bubblewrap is too old").where(path).expected(dotted(OLDEST) + " or newer")
                    .found(dotted(version)).hint("install a newer bubblewrap, and put it first on PATH");
        }
        return new Tools(path, version, onPath(env, "setpriv"), onPath(env, "prlimit"), onPath(env, "taskset"),
                onPath(env, "setarch"), onPath(env, "setsid"));
    }

    String versionText() {
        return dotted(version);
    }

    boolean canDisableNestedNamespaces() {
        return compare(version, DISABLE_USERNS) >= 0;
    }

    /// A prefix by which the command is killed when the thread that starts it ends, from its first instruction on; and only then:
    /// in a session of its own, it does not get the SIGINT of a Ctrl-C before this process knows of it.
    List<String> tieToParent() {
        var words = new ArrayList<String>();
        setpriv.ifPresent(p -> words.addAll(List.of(p.toString(), "--pdeathsig", "KILL", "--")));
        setsid.ifPresent(p -> words.add(p.toString()));
        return words;
    }

    private static Optional<Path> onPath(Map<String, String> env, String name) {
        for (String folder : env.getOrDefault("PATH", "/usr/bin:/bin").split(":")) {
            Path file = Path.of(folder.isEmpty() ? "." : folder, name);
            if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                return Optional.of(file.toAbsolutePath());
            }
        }
        return Optional.empty();
    }

    private static String output(Path bwrap) throws Problem, InterruptedException {
        try {
            var process = new ProcessBuilder(bwrap.toString(), "--version").redirectErrorStream(true).start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readNBytes(1000), StandardCharsets.UTF_8);
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw Problem.environment("`bwrap --version` does not end").where(bwrap);
            }
            return text;
        } catch (IOException e) {
            throw Problem.environment("bubblewrap cannot be started").where(bwrap).found(e.getMessage()).because(e);
        }
    }

    /// The numbers of `bubblewrap 0.8.0`; zeros where there are none.
    static List<Integer> version(String text) {
        var numbers = new ArrayList<Integer>();
        String digits = text.strip().substring(text.strip().lastIndexOf(' ') + 1);
        for (String part : digits.split("\\.")) {
            numbers.add(part.matches("[0-9]{1,6}") ? Integer.parseInt(part) : 0);
        }
        while (numbers.size() < 3) {
            numbers.add(0);
        }
        return List.copyOf(numbers.subList(0, 3));
    }

    private static int compare(List<Integer> a, List<Integer> b) {
        for (int i = 0; i < 3; i++) {
            if (!a.get(i).equals(b.get(i))) {
                return a.get(i) - b.get(i);
            }
        }
        return 0;
    }

    private static String dotted(List<Integer> version) {
        return version.get(0) + "." + version.get(1) + "." + version.get(2);
    }
}
