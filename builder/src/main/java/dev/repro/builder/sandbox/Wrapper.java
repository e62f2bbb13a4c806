package dev.repro.builder.sandbox;

import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What is started for one build: a small shell script that becomes bwrap.
///
/// Java can pass no descriptor but 0, 1 and 2, bwrap wants two more: the arguments (`--args`, which keeps mounts and environment
/// out of the process list and of the limit on command lines) and its report (`--json-status-fd`). Through standard input the
/// arguments could be cut short by the death of this process, and bwrap would start the command with fewer restrictions than were
/// meant; so they are a file. The script also joins the control groups before anything of the build runs.
///
/// Against being left over: each link of the chain Java thread, script = bwrap, reaper of the process id namespace is killed by
/// the kernel when the one before it ends (`setpriv --pdeathsig`, `--die-with-parent`). The script looks, once that is set,
/// whether it had ended already.
record Wrapper(Tools tools, Path folder) {

    private static final List<String> NAMESPACES = List.of("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc",
            "--unshare-uts", "--unshare-cgroup-try", "--new-session", "--die-with-parent");

    Path texts() {
        return folder.resolve("texts");
    }

    /// bwrap's report: a JSON object on each line.
    Path status() {
        return folder.resolve("status");
    }

    /// Writes the files and gives the command to start.
    ///
    /// @param mounts   from [RootPlan]
    /// @param prefixes programs with their options, each of which starts the next: limits, affinity
    List<String> command(SandboxSpec spec, List<String> mounts, List<String> prefixes, List<Path> groups)
            throws IOException, Problem {
        var arguments = new ArrayList<>(NAMESPACES);
        if (tools.canDisableNestedNamespaces()) {
            arguments.add("--disable-userns");
        }
        arguments.addAll(List.of("--uid", Integer.toString(spec.uid()), "--gid", Integer.toString(spec.gid()),
                "--hostname", spec.hostname(), "--clearenv"));
        new TreeMap<>(spec.environment()).forEach((name, value) -> arguments.addAll(List.of("--setenv", name, value)));
        arguments.addAll(mounts);
        arguments.addAll(List.of("--chdir", spec.directory()));
        refuseNul(arguments);
        refuseNul(spec.argv());
        Path argumentFile = folder.resolve("arguments");
        Files.write(argumentFile, (String.join("\0", arguments) + "\0").getBytes(StandardCharsets.UTF_8));

        var command = new ArrayList<>(prefixes);
        command.addAll(List.of(tools.bwrap().toString(), "--args", "3", "--json-status-fd", "4", "--"));
        command.addAll(spec.argv());
        var script = new StringBuilder("[ \"$PPID\" = " + ProcessHandle.current().pid() + " ] || exit 1\numask 022\n");
        for (Path group : groups) {
            script.append("echo 0 > ").append(quote(group.resolve("cgroup.procs"))).append(" || exit 1\n");
        }
        script.append("exec ").append(quote(command)).append(" < /dev/null 3< ").append(quote(argumentFile))
                .append(" 4> ").append(quote(status())).append('\n');
        Path scriptFile = folder.resolve("run");
        Files.writeString(scriptFile, script);
        var start = new ArrayList<>(tools.tieToParent());
        start.addAll(List.of("/bin/sh", scriptFile.toString()));
        return start;
    }

    /// NUL ends an argument: one inside would begin an option of bwrap.
    private static void refuseNul(List<String> words) throws Problem {
        for (String word : words) {
            if (word.indexOf('\0') >= 0) {
                throw Problem.usage("a NUL character in the command, the environment or a path of the build")
                        .found(word.replace('\0', '␀'));
            }
        }
    }

    private static String quote(Path path) {
        return quote(path.toString());
    }

    static String quote(List<String> words) {
        return words.stream().map(Wrapper::quote).collect(Collectors.joining(" "));
    }

    static String quote(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
