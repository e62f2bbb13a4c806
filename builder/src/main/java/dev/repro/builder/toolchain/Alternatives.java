package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What `update-alternatives --install LINK NAME PATH PRIORITY [--slave LINK NAME PATH]…` lines of maintainer scripts would
/// link: `cc`, `c++`, `awk` … The scripts are read, never run; a line with a variable or a substitution in it is passed over.
final class Alternatives {

    /// One group: what becomes a link to what.
    private record Choice(long priority, Map<String, String> links) {}

    private final Map<String, Choice> best = new TreeMap<>();

    /// Reads one script. Of equal priorities the script that was read first wins, as with dpkg.
    void read(String script) {
        for (String line : script.replace("\\\n", " ").split("\n")) {
            install(ShellWords.command("update-alternatives", line));
        }
    }

    private void install(List<String> words) {
        int at = words.indexOf("--install");
        if (at < 0 || words.size() < at + 5) {
            return;
        }
        String priority = words.get(at + 4);
        if (!priority.matches("-?[0-9]{1,9}")) {
            return;
        }
        var links = new TreeMap<String, String>();
        links.put(words.get(at + 1), words.get(at + 3));
        for (int i = 0; i + 3 < words.size(); i++) {
            if (words.get(i).equals("--slave")) {
                links.put(words.get(i + 1), words.get(i + 3));
            }
        }
        var choice = new Choice(Long.parseLong(priority), links);
        best.merge(words.get(at + 2), choice, (old, young) -> young.priority > old.priority ? young : old);
    }

    /// Makes the links whose target is there and whose own name is free. Debian goes through `/etc/alternatives`; these links
    /// go straight to the file, because a sandbox shows `/usr` alone.
    void link(TreeWriter tree, InRoot root) throws Problem {
        for (Choice choice : best.values()) {
            for (var link : choice.links.entrySet()) {
                if (link.getKey().startsWith("/") && link.getValue().startsWith("/")
                        && root.find(link.getValue()).isPresent() && root.find(link.getKey()).isEmpty()) {
                    tree.symlink(link.getKey().substring(1), link.getValue());
                }
            }
        }
    }
}
