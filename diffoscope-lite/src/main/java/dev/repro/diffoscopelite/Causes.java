package dev.repro.diffoscopelite;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Every cause that a finding can name: its class, what it is, and how to mend it. `docs/causes.md` is [#markdown] of this.
public final class Causes {

    /// @param name stable; the name of the variation where one exists that provokes this cause
    /// @param code the class of the catalogue: T time, P path, I identity, O order, R random, C processor and races, E
    ///         environment, `-` what is no cause of its own
    /// @param title a few words for a person to read
    /// @param about one sentence
    /// @param fix one line, an imperative clause
    public record Cause(String name, String code, String title, String about, String fix) {}

    private static final Map<String, Cause> ALL = new LinkedHashMap<>();

    static {
        put("time", "T", "build time", "The time of the build is in the output: `__DATE__`, `date`, an epoch, a year.",
                "use SOURCE_DATE_EPOCH in place of the clock (date -u -d @$SOURCE_DATE_EPOCH); -Wdate-time finds macros");
        put("mtime", "T", "modification time of sources", "The modification time of a source file is in the output.",
                "do not read file times; use SOURCE_DATE_EPOCH, ar D, gzip -n, tar --mtime=@$SOURCE_DATE_EPOCH");
        put("timezone", "T", "time zone", "The same instant is written in another time zone.",
                "export TZ=UTC, or format times with -u");
        put("build-path", "P", "build path", "The folder of the build is in the output: `__FILE__`, `assert`, debug information.",
                "-ffile-prefix-map=$PWD=. (C), relative paths on the command line (OCaml), no absolute rpath");
        put("temp-names", "P", "name of a temporary file", "A name that mktemp or the compiler made up is in the output.",
                "give temporary files fixed names inside the build folder (-save-temps, -dstartup), or strip STT_FILE symbols");
        put("home", "E", "home folder", "The home folder of who builds is in the output.",
                "do not read $HOME in the build; set HOME to a fixed folder");
        put("environment", "E", "environment variables", "Variables of the environment are in the output.",
                "do not record the environment; start the build with env -i and an allow-list");
        put("path", "E", "search path", "The text of $PATH is in the output.",
                "do not record $PATH; name tools, not where they are");
        put("umask", "E", "umask", "Permission bits that follow the umask are in the output.",
                "set umask 022 in the build, or chmod / install -m what is packed");
        put("locale", "E", "locale", "Sort order, case or language of the locale is in the output.",
                "export LC_ALL=C.UTF-8; sort with LC_ALL=C sort");
        put("shell", "E", "shell", "The shell that ran the build is in the output.",
                "name the shell (SHELL = /bin/sh in make), use what POSIX sh has");
        put("user", "I", "user", "Name or number of the user who builds is in the output.",
                "do not record whoami, $USER or id; tar --owner=0 --group=0 --numeric-owner");
        put("host", "I", "host name", "The name of the building machine is in the output.",
                "do not record hostname or uname -n; Unikraft: HOSTNAME= on the command line of make");
        put("kernel", "I", "kernel", "The version of the building machine's kernel is in the output.",
                "do not record uname; pass the target's system explicitly");
        put("file-order", "O", "order of files", "The same items in another order: a folder listed unsorted, or a hash table.",
                "sort what is listed (LC_ALL=C sort, $(sort $(wildcard …))), as the locale orders too; fix seeds of hash tables");
        put("link-order", "O", "link order", "The same objects are linked in another order.",
                "list objects explicitly or sort them: $(sort $(wildcard *.o)), with LC_ALL=C");
        put("symbol-order", "O", "order of functions", "The same functions or objects are emitted in another order.",
                "sort what the generator emits; gcc -fno-toplevel-reorder; fixed seeds for hash tables");
        put("randomness", "R", "random bytes", "Random data, or a number that derives from it, is in the output.",
                "take a seed from the sources (a declared seed, a content hash); gcc -frandom-seed=<file> for LTO");
        put("uuid", "R", "UUID", "A random identifier is in the output.",
                "derive the UUID from the content (version 5), or fix it");
        put("aslr", "R", "addresses of the building process", "Pointers of a tool that ran in the build are in the output.",
                "do not print or hash pointers; zero padding with memset; setarch -R shows the tool");
        put("pid", "R", "process id", "The number of a process of the build is in the output.",
                "do not use $$ or getpid() in names or contents");
        put("padding", "R", "padding", "Bytes that nothing uses differ: memory written without having been set.",
                "zero structures and buffers before they are written out");
        put("ocaml-digest", "P", "digest of an OCaml interface",
                "Interface digests in caml_globals_map differ, the code does not: a .cmi of another folder, or a race.",
                "compile interfaces with relative paths; dune: (map_workspace_root true); build with -j1 to find races");
        put("cpu-count", "C", "number of processors", "The number of processors is in the output.",
                "do not record nproc; fix the number of jobs where it shapes the result");
        put("cpu-model", "C", "processor model", "The model or features of the building processor are in the output.",
                "fix -march and -mtune; do not probe the processor");
        put("parallelism", "C", "parallel jobs", "The result follows from which job was first.",
                "declare the missing dependencies; confirm with -j1");
        put("build-id", "-", "build-id", "The linker's hash of the output: it follows from any other difference.",
                "mend the other causes; -Wl,--build-id=none leaves it out");
        put("checksum", "-", "checksum", "A digest of something that differs.", "mend the other causes");
        put("compressed", "-", "compressed data", "A compressed stream of something that differs.",
                "mend the other causes; leave out -gz to see into it");
        put("shift", "-", "moved addresses", "Addresses, offsets and indices that follow from another size or order.",
                "mend the other causes");
        put("unknown", "-", "unknown", "No known pattern fits.",
                "look at the named place on both sides; vary one thing at a time");
    }

    private Causes() {}

    private static void put(String name, String code, String title, String about, String fix) {
        ALL.put(name, new Cause(name, code, title, about, fix));
    }

    /// The cause of that name; of a name that is in no table, a cause without advice.
    public static Cause of(String name) {
        var cause = ALL.get(name);
        return cause != null ? cause : new Cause(name, "-", name.replace('-', ' '), "", "keep " + name + " out of the build");
    }

    public static List<Cause> all() {
        return List.copyOf(ALL.values());
    }

    /// The table for people, the text of `docs/causes.md`.
    public static String markdown() {
        var lines = new ArrayList<String>();
        lines.add("# Why two builds differ");
        lines.add("");
        lines.add("The causes that `repro check` names. Class: T time, P path, I identity, O order, R random, C processor and");
        lines.add("races, E environment, - what is no cause of its own. A cause is *proven* when what was planted in the two");
        lines.add("builds stands in the differing bytes, or when a build that varied this alone differs; else it is *likely*.");
        lines.add("");
        lines.add("| cause | class | what it is | mend |");
        lines.add("|---|---|---|---|");
        for (var c : ALL.values()) {
            lines.add("| `" + c.name() + "` | " + c.code() + " | " + c.about() + " | " + c.fix().replace("|", "\\|") + " |");
        }
        return String.join("\n", lines) + "\n";
    }
}
