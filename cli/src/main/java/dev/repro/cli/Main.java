package dev.repro.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/// Entry of the `repro` command. `--version` is answered before anything else is loaded.
public final class Main {

    /// The version of this build, from the jar's manifest.
    static final String VERSION = version();

    private Main() {}

    public static void main(String[] args) {
        var streams = new Streams(System.out, System.err, System.console() != null && System.console().isTerminal());
        int code = run(args, streams, System.getenv(), Path.of(""));
        System.out.flush();
        // Not System.exit: nothing of ours needs shutdown hooks to have run when all went well, but the exit code must be passed on.
        System.exit(code);
    }

    /// @param terminal whether a person sees stderr as it is written
    record Streams(PrintStream out, PrintStream err, boolean terminal) {}

    static int run(String[] args, Streams streams, Map<String, String> env, Path directory) {
        if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V") || args[0].equals("version"))) {
            streams.out.println("repro " + VERSION);
            return 0;
        }
        return Commands.run(args, streams, env, directory);
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "unreleased" : version;
    }
}
