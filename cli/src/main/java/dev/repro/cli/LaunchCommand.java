package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.Ask;
import dev.repro.tender.DeviceOptions;
import dev.repro.tender.Granted;
import dev.repro.tender.Host;
import dev.repro.tender.Launcher;
import dev.repro.tender.Shelf;
import dev.repro.tender.Told;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Its line is read here and not by picocli, whose start takes longer than a launch and which knows no options such as `--net:service=tap0`; the
/// annotations are for help.
@Command(name = "launch", description = "Verify a release and become its tender, or refuse it by name.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro launch hello@1.0.0 --mem=64 -- exit=7", "",
            "exit codes: the guest's own; or 60 untrusted, 61 contract, 62 not fresh, 63 policy, 2 usage, 3 this machine cannot do it, 4 network or storage"})
final class LaunchCommand extends Commands.Verb {
    @Parameters(paramLabel = "NAME[@VERSION]", arity = "0..1", description = "the release; without it, the one that has the image")
    String name;

    @Option(names = "--image", paramLabel = "FILE", description = "an image of the release; default: it is fetched")
    String image;

    @Option(names = "--mem", paramLabel = "MB", description = "the guest's memory in MiB; default: 512, within the limits")
    String memory;

    @Option(names = "--net:NAME", paramLabel = "TAP", description = "attach a net device to a tap of the host; NAME is FILE/NAME where images of a set share it")
    String net;

    @Option(names = "--net-mac:NAME", paramLabel = "MAC", description = "its MAC address")
    String mac;

    @Option(names = "--block:NAME", paramLabel = "PATH", description = "attach a block device to a file")
    String block;

    @Option(names = "--block-sector-size:NAME", paramLabel = "BYTES", description = "its sector size")
    String sector;

    @Option(names = "--target", paramLabel = "TARGET", description = "which of the release's alternatives: hvt, spt, …")
    String target;

    @Option(names = "--policy", paramLabel = "FILE", description = "default: /etc/repro/policy.toml for root, else $XDG_CONFIG_HOME/repro/policy.toml")
    String policy;

    @Option(names = "--offline", description = "ask nobody: what is known of the repository must be fresh enough")
    boolean offline;

    @Option(names = "--dry-run", description = "verify, and say what would be executed")
    boolean dryRun;

    @Option(names = "--explain", description = "tell each step that was passed")
    boolean explain;

    @Option(names = "--audit", description = "tell what would be refused, and launch all the same")
    boolean audit;

    @Parameters(paramLabel = "-- ARGS", arity = "0..*", description = "the guest's arguments")
    List<String> arguments = new ArrayList<>();

    private final DeviceOptions devices = new DeviceOptions();
    private Problem misuse;

    /// @param args of the verb
    /// @return empty for help
    static Optional<Commands.Verb> read(List<String> args) {
        var verb = new LaunchCommand();
        int end = args.contains("--") ? args.indexOf("--") : args.size();
        if (args.subList(0, end).stream().anyMatch(a -> a.equals("-h") || a.equals("--help"))) {
            return Optional.empty();
        }
        if (end < args.size()) {
            verb.arguments.addAll(args.subList(end + 1, args.size()));
        }
        try {
            for (int i = 0; i < end; i++) {
                i = verb.take(args, i, end);
            }
        } catch (Problem e) {
            verb.json |= args.subList(0, end).contains("--json");
            verb.misuse = e.hint() == null ? e.hint("repro launch --help") : e;
        }
        return Optional.of(verb);
    }

    /// @return the index of the last word that was taken
    private int take(List<String> args, int at, int end) throws Problem {
        String word = args.get(at);
        if (!word.startsWith("-")) {
            if (name != null) {
                throw Problem.usage("unexpected argument `" + word + "`").hint("the guest's arguments come after --");
            }
            name = word;
            return at;
        }
        if (flag(word) || devices.take(word)) {
            return at;
        }
        int equals = word.indexOf('=');
        String option = equals < 0 ? word : word.substring(0, equals);
        if (!List.of("--image", "--mem", "--target", "--policy").contains(option)) {
            throw Problem.usage("unknown option `" + word + "`");
        }
        if (equals < 0 && at + 1 == end) {
            throw Problem.usage("a value is missing").where(word);
        }
        String value = equals < 0 ? args.get(at + 1) : word.substring(equals + 1);
        switch (option) {
            case "--image" -> image = value;
            case "--mem" -> memory = value;
            case "--target" -> target = value;
            default -> policy = value;
        }
        return equals < 0 ? at + 1 : at;
    }

    @Override
    boolean flag(String word) {
        switch (word) {
            case "--offline" -> offline = true;
            case "--dry-run" -> dryRun = true;
            case "--explain" -> explain = true;
            case "--audit" -> audit = true;
            default -> {
                return super.flag(word);
            }
        }
        return true;
    }

    @Override
    public Integer call() throws Exception {
        if (misuse != null) {
            throw misuse;
        }
        var voice = voice();
        try {
            return launch(voice);
        } catch (Refused refused) {
            voice.refuse(refused);
            return refused.code();
        }
    }

    private int launch(Voice voice) throws Refused, Problem {
        Ask ask = ask();
        InstantSource clock = InstantSource.system();
        Optional<Path> file = policy == null ? Optional.empty() : Optional.of(path(Path.of(policy)));
        try (Host host = Host.open(file, env(), new Shelf(0), clock, quiet ? _ -> { } : voice::warn)) {
            Granted granted = host.permit(ask, offline, audit, told(voice));
            granted.overlooked().forEach(refused -> voice.warn("audit: " + refused.line()));
            if (dryRun) {
                Launcher.argv(granted).forEach(argv -> voice.say("argv       " + String.join(" ", argv)));
                voice.verdict(granted.overlooked().isEmpty(), "would be launched: " + granted.release());
                voice.answer(answer(granted));
                return 0;
            }
            if (json) {
                throw Problem.usage("stdout is the guest's, so there is no --json of a launch").hint("add --dry-run; a receipt of each launch is in " + host.state().receipts());
            }
            return new Launcher(host.receipts(), host.state()).become(granted, new FileOutputStream(FileDescriptor.out), clock);
        }
    }

    private static Json.Obj answer(Granted granted) throws Problem {
        Json.Obj out = Json.object("schema", "repro.launch.v1");
        for (var member : granted.toJson().members().entrySet()) {
            out = out.with(member.getKey(), member.getValue());
        }
        return out.with("argv", Launcher.argv(granted));
    }

    /// Stdout is the guest's, unless there will be none.
    private Told told(Voice voice) {
        if (!explain) {
            return Told.NOBODY;
        }
        return (subject, facts) -> {
            String line = subject + " ".repeat(Math.max(1, 11 - subject.length())) + facts.get();
            if (dryRun) {
                voice.say(line);
            } else {
                commands().streams.err().println(line);
            }
        };
    }

    private Ask ask() throws Problem {
        if (name == null && image == null) {
            throw Problem.usage("neither a release nor an image is named").expected("NAME[@VERSION], or --image FILE").hint("repro launch --help");
        }
        String[] parts = name == null ? new String[0] : name.split("@", 2);
        return new Ask(parts.length == 0 ? Optional.empty() : Optional.of(parts[0]), parts.length < 2 ? Optional.empty() : Optional.of(parts[1]),
                image == null ? Optional.empty() : Optional.of(path(Path.of(image))), Optional.ofNullable(target),
                memory == null ? OptionalLong.empty() : OptionalLong.of(DeviceOptions.memory(memory)), devices.devices(commands().directory), arguments, Optional.empty());
    }
}
