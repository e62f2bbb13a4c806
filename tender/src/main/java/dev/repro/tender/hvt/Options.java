package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import dev.repro.tender.Mac;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The command line of [Main]: the options of solo5-hvt, and three more. Every option is read as a whole; nothing is cut off or
/// taken twice, as solo5-hvt does.
///
/// @param image a file, unless a descriptor is given
/// @param memory in bytes
/// @param name of the image for messages
record Options(Optional<Path> image, OptionalInt descriptor, long memory, Optional<String> name, List<HvtGuest.Attach> devices,
        List<String> arguments) {
    static final String USAGE = """
            usage: repro-hvt [ OPTIONS ] [ -- ] IMAGE [ ARGUMENTS ]
                   repro-hvt [ OPTIONS ] --fd=N [ -- ] [ ARGUMENTS ]
              --mem=MIB                     memory of the guest, 2 to 4096 (512)
              --net:NAME=TAP                attach the interface TAP as the network NAME
              --net-mac:NAME=MAC            its address (random)
              --block:NAME=PATH             attach a file or block device as the disk NAME
              --block-sector-size:NAME=N    bytes of a sector (512)
              --block-read-only:NAME        the guest cannot write it
              --fd=N                        the image is the sealed memory of this descriptor
              --name=TEXT                   what to call it in messages
            """;

    private static final long MIB = 1 << 20;
    private static final Pattern NAMED = Pattern.compile("--(net|net-mac|block|block-sector-size|block-read-only):([A-Za-z0-9]{1,67})(?:=(.+))?",
            Pattern.DOTALL);
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    static Options parse(List<String> words) throws Problem {
        var reading = new Words();
        int at = 0;
        for (; at < words.size() && words.get(at).startsWith("-") && !words.get(at).equals("--"); at++) {
            reading.option(words.get(at));
        }
        at += at < words.size() && words.get(at).equals("--") ? 1 : 0;
        Optional<Path> image = Optional.empty();
        if (!reading.plain.containsKey("fd")) {
            if (at == words.size()) {
                throw Problem.usage("no image is given").hint("repro-hvt [ OPTIONS ] [ -- ] IMAGE [ ARGUMENTS ]");
            }
            image = Optional.of(path(words.get(at++)));
        }
        return reading.options(image, words.subList(at, words.size()));
    }

    /// Options as they are found, each once.
    private static final class Words {
        private final Map<String, String> plain = new LinkedHashMap<>();
        private final Map<String, Map<String, String>> named = new LinkedHashMap<>();

        private void option(String word) throws Problem {
            int equals = word.indexOf('=');
            String key = equals < 0 ? "" : word.substring(2, equals);
            Matcher device = NAMED.matcher(word);
            boolean fresh;
            if (device.matches() && (device.group(3) == null) == device.group(1).equals("block-read-only")) {
                String value = device.group(3) == null ? "" : device.group(3);
                fresh = named.computeIfAbsent(device.group(2), _ -> new LinkedHashMap<>()).put(device.group(1), value) == null;
            } else if (List.of("mem", "fd", "name").contains(key)) {
                fresh = plain.put(key, word.substring(equals + 1)) == null;
            } else {
                throw Problem.usage("unknown option `" + word + "`").hint("repro-hvt --help");
            }
            if (!fresh) {
                throw Problem.usage("`" + word + "`: this option is given twice");
            }
        }

        private Options options(Optional<Path> image, List<String> arguments) throws Problem {
            var devices = new ArrayList<HvtGuest.Attach>();
            for (var entry : named.entrySet()) {
                devices.add(device(entry.getKey(), entry.getValue()));
            }
            long memory = plain.containsKey("mem") ? number("mem", plain.get("mem")) * MIB : 512 * MIB;
            OptionalInt descriptor = plain.containsKey("fd") ? OptionalInt.of(number("fd", plain.get("fd"))) : OptionalInt.empty();
            return new Options(image, descriptor, memory, Optional.ofNullable(plain.get("name")), devices, List.copyOf(arguments));
        }

        private static HvtGuest.Attach device(String name, Map<String, String> said) throws Problem {
            if (said.containsKey("net") == said.containsKey("block")) {
                throw Problem.usage("device `" + name + "` must be attached once: by --net:" + name + "=TAP or by --block:" + name + "=PATH");
            }
            boolean net = said.containsKey("net");
            for (String key : said.keySet()) {
                if (key.startsWith("net") != net) {
                    throw Problem.usage("device `" + name + "` is a " + (net ? "network" : "disk") + ", so --" + key + " is not for it");
                }
            }
            return net ? new HvtGuest.Net(name, said.get("net"), mac(said.get("net-mac")))
                    : new HvtGuest.Block(name, path(said.get("block")), said.containsKey("block-read-only"), said.containsKey("block-sector-size")
                            ? OptionalInt.of(number("block-sector-size", said.get("block-sector-size"))) : OptionalInt.empty());
        }

        private static Optional<Mac> mac(String text) throws Problem {
            try {
                return text == null ? Optional.empty() : Optional.of(new Mac(text.toLowerCase(java.util.Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw Problem.usage("this is no address of one network card").expected("six bytes as 02:00:00:00:00:01").found(text).because(e);
            }
        }

        private static int number(String option, String text) throws Problem {
            if (!NUMBER.matcher(text).matches()) {
                throw Problem.usage("--" + option + " is no number").found("`" + text + "`");
            }
            return Integer.parseInt(text);
        }
    }

    private static Path path(String text) throws Problem {
        try {
            return Path.of(text);
        } catch (java.nio.file.InvalidPathException e) {
            throw Problem.usage("this is no path of a file").found("`" + text + "`").because(e);
        }
    }
}
