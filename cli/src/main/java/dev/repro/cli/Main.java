package dev.repro.cli;

import dev.repro.base.Problem;
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
        int code;
        try {
            code = run(args, streams, System.getenv(), Path.of(""));
        } catch (OutOfMemoryError e) {
            System.err.println("repro: error: this needs more memory than repro may take (" + (Runtime.getRuntime().maxMemory() >> 20)
                    + " MiB)\nrepro: hint: report it as a bug, with the size of the image");
            code = Problem.Exit.ENVIRONMENT.code;
        }
        if (System.out.checkError() && code == 0) {
            System.err.println("repro: error: the answer could not be written to stdout\nrepro: hint: is its disk full, or the pipe closed?");
            code = Problem.Exit.STORAGE.code;
        }
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
