package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.tender.Ask;
import dev.repro.tender.DeviceOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A verb that says what is to be launched. Its line is read here and not by picocli, whose start takes longer than a launch and which knows no
/// options such as `--net:service=tap0`; the annotations are for help.
abstract class LaunchVerb extends Commands.Verb {
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

    @Parameters(paramLabel = "-- ARGS", arity = "0..*", description = "the guest's arguments")
    List<String> arguments = new ArrayList<>();

    private final DeviceOptions devices = new DeviceOptions();
    private Problem misuse;

    /// @param args of the verb
    /// @return empty for help
    static Optional<Commands.Verb> read(LaunchVerb verb, List<String> args) {
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
            verb.misuse = e.hint() == null ? e.hint("repro " + verb.verb() + " --help") : e;
        }
        return Optional.of(verb);
    }

    /// @return the index of the last word that was taken
    private int take(List<String> args, int at, int end) throws Problem {
        String word = args.get(at);
        if (!word.startsWith("-")) {
            if (!word(word)) {
                throw Problem.usage("unexpected argument `" + word + "`").hint("the guest's arguments come after --");
            }
            return at;
        }
        if (flag(word) || devices.take(word)) {
            return at;
        }
        int equals = word.indexOf('=');
        String option = equals < 0 ? word : word.substring(0, equals);
        if (!takesValue(option)) {
            throw Problem.usage("unknown option `" + word + "`");
        }
        if (equals < 0 && at + 1 == end) {
            throw Problem.usage("a value is missing").where(word);
        }
        value(option, equals < 0 ? args.get(at + 1) : word.substring(equals + 1));
        return equals < 0 ? at + 1 : at;
    }

    /// `launch`
    abstract String verb();

    boolean takesValue(String option) {
        return List.of("--image", "--mem", "--target", "--policy").contains(option);
    }

    @Override
    boolean value(String option, String value) {
        switch (option) {
            case "--image" -> image = value;
            case "--mem" -> memory = value;
            case "--target" -> target = value;
            default -> policy = value;
        }
        return true;
    }

    @Override
    boolean word(String word) {
        boolean first = name == null;
        name = first ? word : name;
        return first;
    }

    @Override
    boolean flag(String word) {
        offline |= word.equals("--offline");
        return word.equals("--offline") || super.flag(word);
    }

    final void requireWellFormed() throws Problem {
        if (misuse != null) {
            throw misuse;
        }
    }

    final Optional<Path> policy() {
        return policy == null ? Optional.empty() : Optional.of(path(Path.of(policy)));
    }

    final Ask ask() throws Problem {
        if (name == null && image == null) {
            throw Problem.usage("neither a release nor an image is named").expected("NAME[@VERSION], or --image FILE").hint("repro " + verb() + " --help");
        }
        String[] parts = name == null ? new String[0] : name.split("@", 2);
        return new Ask(parts.length == 0 ? Optional.empty() : Optional.of(parts[0]), parts.length < 2 ? Optional.empty() : Optional.of(parts[1]),
                image == null ? Optional.empty() : Optional.of(path(Path.of(image))), Optional.ofNullable(target),
                memory == null ? OptionalLong.empty() : OptionalLong.of(DeviceOptions.memory(memory)), devices.devices(commands().directory), arguments, Optional.empty());
    }
}
