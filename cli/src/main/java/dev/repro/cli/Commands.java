package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// The tree of verbs, and what they share.
@Command(name = "repro", description = "Know what you run: build a unikernel twice, compare bit for bit, explain any difference.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", commandListHeading = "%nverbs:%n", optionListHeading = "%noptions:%n",
        synopsisSubcommandLabel = "VERB", footer = {"", "example: repro check examples/hello/hello.hvt", "",
            "exit codes: 0 yes, 1 no (differs, not verified), 2 usage or bad input, 3 this machine cannot do it, 4 network or storage",
            "more: repro help VERB, and the folder docs"})
final class Commands {
    private static final String HELP = "help";

    /// In the order in which help lists them.
    private static final Map<String, Supplier<Object>> VERBS = new LinkedHashMap<>();

    static {
        VERBS.put("init", InitCommand::new);
        VERBS.put("lock", LockCommand::new);
        VERBS.put("build", BuildCommand::new);
        VERBS.put("check", CheckCommand::new);
        VERBS.put("manifest", ManifestCommand::new);
        VERBS.put("key", KeyCommand::new);
        VERBS.put("author", AuthorCommand::new);
        VERBS.put("team", TeamCommand::new);
        VERBS.put("claim", ClaimCommand::new);
        VERBS.put("transfer", TransferCommand::new);
        VERBS.put("requests", RequestsCommand::new);
        VERBS.put("approve", ApproveCommand::new);
        VERBS.put("sign", SignCommand::new);
        VERBS.put("strip", StripCommand::new);
        VERBS.put("publish", PublishCommand::new);
        VERBS.put("verify", VerifyCommand::new);
        VERBS.put("launch", LaunchCommand::new);
        VERBS.put("export", ExportCommand::new);
        VERBS.put("policy", PolicyCommand::new);
        VERBS.put("releases", ReleasesCommand::new);
        VERBS.put("search", SearchCommand::new);
        VERBS.put("gate", GateCommand::new);
        VERBS.put("ps", PsCommand::new);
        VERBS.put("outdated", OutdatedCommand::new);
        VERBS.put("stop", StopCommand::new);
        VERBS.put("doctor", DoctorCommand::new);
        VERBS.put("repo", RepoCommand::new);
        VERBS.put("tuf-client", TufClientCommand::new);
        VERBS.put("serve", ServeCommand::new);
        VERBS.put("snapshot-service", SnapshotServiceCommand::new);
        VERBS.put("timestamp-service", TimestampServiceCommand::new);
        VERBS.put("version", VersionCommand::new);
        VERBS.put("completion", CompletionCommand::new);
        VERBS.put(HELP, CommandLine.HelpCommand::new);
    }

    final Main.Streams streams;
    final Map<String, String> env;
    final Path directory;

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "print the version")
    boolean version;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "print this help")
    boolean help;

    private Commands(Main.Streams streams, Map<String, String> env, Path directory) {
        this.streams = streams;
        this.env = env;
        this.directory = directory;
    }

    static int run(String[] args, Main.Streams streams, Map<String, String> env, Path directory) {
        var commands = new Commands(streams, env, directory);
        Optional<Verb> plain = Plain.read(args, commands);
        if (plain.isPresent()) {
            return commands.call(plain.get());
        }
        // Reading the annotations of all verbs takes a fifth of what a check does outside of its builds.
        String first = args.length == 0 ? HELP : args[0];
        var verbs = VERBS.containsKey(first) && !first.equals(HELP) ? Set.of(first) : VERBS.keySet();
        return line(commands, verbs).execute(args);
    }

    private static CommandLine line(Commands commands, Set<String> verbs) {
        var line = new CommandLine(commands);
        verbs.forEach(verb -> line.addSubcommand(verb, VERBS.get(verb).get()));
        line.setOut(new java.io.PrintWriter(commands.streams.out(), true));
        line.setErr(new java.io.PrintWriter(commands.streams.err(), true));
        line.getCommandSpec().version("repro " + Main.VERSION);
        line.registerConverter(RoleName.class, Commands::role);
        line.setExpandAtFiles(false); // an image may be called @x
        line.setUsageHelpAutoWidth(true);
        line.setUsageHelpLongOptionsMaxWidth(30);
        if (verbs.contains(HELP)) {
            line.getSubcommands().get(HELP).getCommandSpec().usageMessage().synopsisHeading("usage: ").footer("", "example: repro help check");
        }
        line.setParameterExceptionHandler(commands::misused);
        line.setExecutionExceptionHandler(commands::failed);
        return line;
    }

    /// For who wants the tree of verbs, not to run one.
    static CommandLine tree() {
        return line(new Commands(new Main.Streams(System.out, System.err, false, false), Map.of(), Path.of("")), VERBS.keySet());
    }

    private static RoleName role(String text) {
        try {
            return new RoleName(text);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    private int misused(CommandLine.ParameterException e, String[] args) {
        var problem = Problem.usage(misuse(e));
        List<String> near = e instanceof CommandLine.UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        String verb = e.getCommandLine().getCommandSpec().qualifiedName();
        problem.hint((near.isEmpty() ? "" : "did you mean " + String.join(" or ", near.subList(0, Math.min(3, near.size()))) + "? ") + verb + " --help");
        boolean json = List.of(args).contains("--json");
        new Voice(streams, env, false, json).fail(problem);
        return problem.exit().code;
    }

    private static String misuse(CommandLine.ParameterException e) {
        boolean hasVerbs = !e.getCommandLine().getSubcommands().isEmpty();
        if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
            String kind = unmatched.isUnknownOption() ? "unknown option" : hasVerbs ? "unknown verb" : "unexpected argument";
            return kind + " `" + unmatched.getUnmatched().getFirst() + "`";
        }
        String message = e.getMessage().lines().findFirst().orElse("").replace("required subcommand", "verb");
        return Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }

    /// As picocli does it.
    private int call(Verb verb) {
        try {
            return verb.call();
        } catch (Exception e) {
            return failed(e, verb.json);
        }
    }

    private int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
        return failed(e, line.getCommand() instanceof Verb verb && verb.json);
    }

    private int failed(Exception e, boolean json) {
        var voice = new Voice(streams, env, false, json);
        switch (Main.ending() ? new InterruptedException() : e) { // whatever it was that the interrupt made fail
            case Problem problem -> {
                voice.fail(problem);
                return problem.exit().code;
            }
            case InterruptedException _ -> {
                voice.interrupted();
                return Voice.INTERRUPTED;
            }
            case java.nio.file.FileSystemException f -> {
                String reason = f.getReason() != null ? f.getReason() : f.getClass().getSimpleName().replace("Exception", "");
                return fail(voice, Problem.storage("cannot read or write: " + reason.toLowerCase(java.util.Locale.ROOT)).where(f.getFile()));
            }
            case java.io.IOException io -> {
                return fail(voice, Problem.storage("cannot read or write: " + io.getMessage()));
            }
            case java.io.UncheckedIOException io -> {
                return failed(io.getCause(), json);
            }
            default -> {
                voice.bug(e);
                return Voice.BUG;
            }
        }
    }

    private static int fail(Voice voice, Problem problem) {
        voice.fail(problem);
        return problem.exit().code;
    }

    /// What every verb has.
    abstract static class Verb implements Callable<Integer> {
        @ParentCommand
        Object parent;

        @Option(names = "--json", description = "print one JSON object on stdout, and nothing else there")
        boolean json;

        @Option(names = {"-q", "--quiet"}, description = "no progress")
        boolean quiet;

        @Option(names = {"-v", "--verbose"}, description = "more detail")
        boolean verbose;

        @Option(names = {"-h", "--help"}, usageHelp = true, description = "print this help")
        boolean help;

        /// [Plain]: takes a word that is no option; false where the verb has no place for it.
        boolean word(String word) {
            return false;
        }

        /// [Plain]: takes an option without a value; false where it is none that is known here.
        boolean flag(String name) {
            switch (name) {
                case "--json" -> json = true;
                case "-q", "--quiet" -> quiet = true;
                case "-v", "--verbose" -> verbose = true;
                default -> {
                    return false;
                }
            }
            return true;
        }

        /// [Plain]: takes an option with its value; false where it is none that is known here.
        boolean value(String name, String value) {
            return false;
        }

        /// [Plain]: whether all that must be said was said.
        boolean complete() {
            return true;
        }

        Voice voice() {
            return new Voice(commands().streams, commands().env, quiet, json);
        }

        Commands commands() {
            return parent instanceof Verb verb ? verb.commands() : (Commands) parent;
        }

        Map<String, String> env() {
            return commands().env;
        }

        /// A path as the user gave it, relative to where the user stands.
        Path path(Path given) {
            return commands().directory.resolve(given);
        }
    }
}
