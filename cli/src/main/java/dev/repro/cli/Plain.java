package dev.repro.cli;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;

/// Reads the usual command lines of verbs that are over in a blink without picocli, whose start takes longer than a refresh, and a fifth of a check.
final class Plain {
    private Plain() {}

    /// @return empty for what is not plain: another verb, help, an option that is not usual, a missing value. picocli reads that, and says what is wrong
    static Optional<Commands.Verb> read(String[] args, Commands parent) {
        LaunchVerb launching = args.length == 0 ? null : switch (args[0]) {
            case "launch" -> new LaunchCommand();
            case "export" -> new ExportCommand();
            default -> null;
        };
        if (launching != null) {
            launching.parent = parent;
            return LaunchVerb.read(launching, Arrays.asList(args).subList(1, args.length));
        }
        if (args.length > 0 && args[0].equals(TenderCommand.NAME)) {
            var tender = new TenderCommand(Arrays.asList(args).subList(1, args.length));
            tender.parent = parent;
            return Optional.of(tender);
        }
        Commands.Verb verb = args.length == 0 ? null : switch (args[0]) {
            case "check" -> new CheckCommand();
            case "tuf-client" -> new TufClientCommand();
            default -> null;
        };
        if (verb == null) {
            return Optional.empty();
        }
        verb.parent = parent;
        var rest = new ArrayDeque<>(Arrays.asList(args).subList(1, args.length));
        try {
            while (!rest.isEmpty()) {
                if (!takes(verb, rest)) {
                    return Optional.empty();
                }
            }
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not a path, not a URL
        }
        return verb.complete() ? Optional.of(verb) : Optional.empty();
    }

    private static boolean takes(Commands.Verb verb, ArrayDeque<String> rest) {
        String word = rest.pop();
        if (!word.startsWith("-")) {
            return verb.word(word);
        }
        return verb.flag(word) || !rest.isEmpty() && !rest.peek().startsWith("-") && verb.value(word, rest.pop());
    }
}
