package dev.repro.builder.toolchain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// One source of packages that this machine's apt knows (sources.list(5)), either style.
///
/// @param signedBy as it is written there: key files, fingerprints, or a whole key over several lines; null: apt's trusted keys
record AptSource(List<String> uris, List<String> suites, List<String> components, String signedBy) {

    AptSource {
        uris = List.copyOf(uris);
        suites = List.copyOf(suites);
        components = List.copyOf(components);
    }

    /// The part of this source that serves `suite`, its updates and its security updates; no suites where it serves none.
    AptSource only(String suite) {
        var wanted = Set.of(suite, suite + "-updates", suite + "-security", suite + "/updates");
        return new AptSource(uris, suites.stream().filter(wanted::contains).toList(), components, signedBy);
    }

    /// A stanza that carries no other option: `Trusted: yes` of the machine is not taken over, so a signature is always asked
    /// for.
    String stanza(String architecture) {
        return "Types: deb\nURIs: " + String.join(" ", uris) + "\nSuites: " + String.join(" ", suites)
                + "\nComponents: " + String.join(" ", components) + "\nArchitectures: " + architecture + "\nTargets: Packages\n"
                + (signedBy == null ? "" : "Signed-By: " + signedBy + "\n") + "\n";
    }

    /// Reads a `*.list` file: `deb [option=value …] URI SUITE COMPONENT…` on each line.
    static List<AptSource> parseLines(String text) {
        var out = new ArrayList<AptSource>();
        for (String line : text.split("\n")) {
            String rest = line.replaceFirst("#.*", "").strip();
            if (!rest.matches("deb\\s.*")) {
                continue;
            }
            rest = rest.substring(3).strip();
            String signedBy = null;
            if (rest.startsWith("[") && rest.contains("]")) {
                signedBy = option(rest.substring(1, rest.indexOf(']')), "signed-by");
                rest = rest.substring(rest.indexOf(']') + 1).strip();
            }
            List<String> words = words(rest);
            if (words.size() >= 2) {
                out.add(new AptSource(words.subList(0, 1), words.subList(1, 2), words.subList(2, words.size()), signedBy));
            }
        }
        return out;
    }

    /// Reads a `*.sources` file: stanzas in the style of deb822(5).
    static List<AptSource> parseStanzas(String text) {
        var out = new ArrayList<AptSource>();
        for (String stanza : text.split("\n[ \t]*\n")) {
            Map<String, String> fields = fields(stanza);
            boolean enabled = !fields.getOrDefault("enabled", "yes").strip().matches("(?i)no|false|without|off|disable|0");
            if (enabled && words(fields.getOrDefault("types", "")).contains("deb")) {
                out.add(new AptSource(words(fields.getOrDefault("uris", "")), words(fields.getOrDefault("suites", "")),
                        words(fields.getOrDefault("components", "")), fields.get("signed-by")));
            }
        }
        return out;
    }

    private static Map<String, String> fields(String stanza) {
        var fields = new TreeMap<String, String>();
        String last = null;
        for (String line : stanza.split("\n")) {
            if (line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            if (line.startsWith(" ") || line.startsWith("\t")) {
                if (last != null) {
                    fields.merge(last, line, (a, b) -> a + "\n" + b);
                }
            } else if (colon > 0) {
                last = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
                fields.put(last, line.substring(colon + 1).strip());
            }
        }
        return fields;
    }

    private static String option(String options, String name) {
        for (String option : words(options)) {
            if (option.toLowerCase(Locale.ROOT).startsWith(name + "=")) {
                return option.substring(name.length() + 1).replace(',', ' ');
            }
        }
        return null;
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
}
