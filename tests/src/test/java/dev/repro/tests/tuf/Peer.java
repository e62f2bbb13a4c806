package dev.repro.tests.tuf;

import dev.repro.tests.Repro;
import dev.repro.tests.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// Others' TUF clients, installed by `scripts/peers`.
enum Peer implements Client {
    PYTHON_TUF("python"), TUF_JS("tuf-js"), GO_TUF("go-tuf"), TOUGH("tough");

    private static final Path HOME = Repro.HOME;
    private static final long PATIENCE_SECONDS = 1200; // the crate tough takes some to compile
    private static final int TOOL_MISSING = 3;

    private final String name;
    private List<String> command;
    private String failure;

    Peer(String name) {
        this.name = name;
    }

    /// Installs the peer, if this is the first time; skips the test on a machine without its language.
    synchronized List<String> command() throws IOException, InterruptedException {
        if (failure != null) { // once is enough: it may have taken minutes
            throw new IllegalStateException(failure);
        }
        if (command == null) {
            Tool.Ended ended = run(List.of(HOME.resolve("scripts/peers").toString(), name));
            Assumptions.assumeTrue(ended.code() != TOOL_MISSING, () -> "skipped: " + ended.text());
            if (ended.code() != 0) {
                failure = ended.text();
                throw new IllegalStateException(failure);
            }
            String path = ended.text().lines().toList().getLast();
            command = switch (this) {
                case PYTHON_TUF -> List.of(path, "-B", HOME.resolve("tests/peers/python/client.py").toString());
                case TUF_JS -> List.of("node", path);
                case GO_TUF, TOUGH -> List.of(path);
            };
        }
        return command;
    }

    /// Runs a program of `tests/peers/python`, which must succeed.
    static void python(String program, Object... args) throws IOException, InterruptedException {
        String script = HOME.resolve("tests/peers/python").resolve(program).toString();
        var argv = new ArrayList<>(List.of(PYTHON_TUF.command().getFirst(), "-B", script));
        List.of(args).forEach(arg -> argv.add(arg.toString()));
        Tool.Ended ended = run(argv);
        if (ended.code() != 0) {
            throw new IllegalStateException(program + " failed\n" + ended.text());
        }
    }

    /// As all their front ends do at `init`, without a process.
    @Override
    public Outcome begin(Path state, Path root) throws IOException {
        Files.copy(root, state.resolve("root.json"));
        return new Outcome(true, "");
    }

    @Override
    public Outcome refresh(Path state, WebFolder site) throws IOException, InterruptedException {
        return client(List.of("--metadata-dir", state.toString(), "--metadata-url", site.metadata().toString(), "refresh"));
    }

    @Override
    public Outcome download(Path state, WebFolder site, Path into, List<String> targets)
            throws IOException, InterruptedException {
        var args = new ArrayList<>(List.of("--metadata-dir", state.toString(), "--metadata-url", site.metadata().toString(),
                "--target-base-url", site.targets().toString(), "--target-dir", into.toString()));
        targets.forEach(target -> args.addAll(List.of("--target-name", target)));
        args.add("download");
        return client(args);
    }

    private Outcome client(List<String> args) throws IOException, InterruptedException {
        var argv = new ArrayList<>(command());
        argv.addAll(args);
        Tool.Ended ended = run(argv);
        if (ended.code() > 1) {
            throw new IllegalStateException(name + " broke with exit code " + ended.code() + "\n" + ended.text());
        }
        return new Outcome(ended.code() == 0, ended.text());
    }

    private static Tool.Ended run(List<String> argv) throws IOException, InterruptedException {
        return Tool.run(HOME, PATIENCE_SECONDS, argv.toArray(String[]::new));
    }
}
